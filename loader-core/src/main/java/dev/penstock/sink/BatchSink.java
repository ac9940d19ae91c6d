package dev.penstock.sink;

import dev.penstock.batch.Batch;

/// Brings delivered batches to where their consumer computes on them.
///
/// Ownership: [#accept] takes the batch in every case, also when it fails. The sink closes it exactly once: when its
/// bytes have left the slot, or, where the slot itself is handed out, when the [StagedBatch] is closed; and in any
/// case by [#close()]. So no lease outlives its batch.
///
/// Order: batches are staged in the order in which they are accepted.
///
/// Threading: `accept` belongs to one thread at a time; staged batches may be closed by any thread.
public interface BatchSink extends AutoCloseable {

    /// Stages a batch without waiting for its transfer.
    ///
    /// Fails with an `IllegalStateException` when [#capacity()] staged batches are open or the sink is closed, and
    /// with a [dev.penstock.error.PenstockException] when the batch cannot be staged or an earlier transfer failed.
    StagedBatch accept(Batch batch);

    /// How many staged batches may be open at once.
    int capacity();

    /// Gives back every slot and the sink's own memory; the consumer must have finished with what it was handed.
    /// Staged batches that are still open become invalid, and closing them afterwards does nothing.
    @Override
    void close();
}
