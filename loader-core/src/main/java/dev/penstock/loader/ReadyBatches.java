package dev.penstock.loader;

import dev.penstock.batch.Batch;
import org.jspecify.annotations.Nullable;

/// The stream of batches for a consumer that is told when it may look, and never waits: no thread must wake up between
/// the one that filled a batch and whoever hands it on.
///
/// Ownership: the consumer closes each batch, then this, which gives back what was not delivered. Threading: one thread
/// at a time polls; any thread closes but those that call `onReady`.
public final class ReadyBatches implements AutoCloseable {

    private final BatchStream stream;

    ReadyBatches(BatchStream stream) {
        this.stream = stream;
    }

    /// The next batch where it is ready; else null. Throws the failure of a batch in its turn.
    public @Nullable Batch poll() {
        return stream.poll();
    }

    /// Whether every batch of the run was delivered.
    public boolean isEnded() {
        return stream.isEnded();
    }

    @Override
    public void close() {
        stream.close();
    }
}
