package dev.penstock.sink;

import dev.penstock.batch.BatchLayout;
import dev.penstock.batch.Field;
import java.util.List;

/// A batch where its consumer computes on it.
///
/// Shape: as in [dev.penstock.batch.Batch], the regions of [#layout()] from [#address()] on.
///
/// Ownership: the consumer's, until it closes it; then the memory is used again. Closing twice does nothing.
public interface StagedBatch extends AutoCloseable {

    /// Epoch of the batch's first position in the order.
    long epoch();

    /// Step over the whole run, from 0.
    long step();

    int rank();

    List<Field> fields();

    /// Where everything lies, in bytes from [#address()]; valid until the batch is closed.
    BatchLayout layout();

    /// First byte of the batch in the address space of the sink's device: a device pointer where the device has
    /// memory of its own, and then not to be read by the host.
    long address();

    /// Says that the consumer has finished with the memory.
    @Override
    void close();
}
