package dev.penstock.gpu;

import dev.penstock.batch.Batch;
import dev.penstock.batch.BatchLayout;
import dev.penstock.batch.Field;
import dev.penstock.sink.StagedBatch;
import java.util.List;

/// A batch in the slot it was delivered in.
public final class HostBatch implements StagedBatch {

    private final HostSink sink;
    private final Batch batch;

    HostBatch(HostSink sink, Batch batch) {
        this.sink = sink;
        this.batch = batch;
    }

    /// The delivered batch, for its samples and segments; not to be closed by the consumer.
    public Batch batch() {
        return batch;
    }

    @Override
    public long epoch() {
        return batch.epoch();
    }

    @Override
    public long step() {
        return batch.step();
    }

    @Override
    public int rank() {
        return batch.rank();
    }

    @Override
    public List<Field> fields() {
        return batch.fields();
    }

    @Override
    public BatchLayout layout() {
        return batch.layout();
    }

    @Override
    public long address() {
        return batch.slot().address();
    }

    /// Gives the slot back to the loader.
    @Override
    public void close() {
        sink.release(this);
    }
}
