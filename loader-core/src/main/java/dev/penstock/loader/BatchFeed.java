package dev.penstock.loader;

import dev.penstock.batch.Batch;
import org.jspecify.annotations.Nullable;

/// Batches in their order, one at a time, for one consumer.
///
/// Ownership: a batch that was taken belongs to the consumer; [#close()] gives back all others. Threading: one thread
/// takes; any thread may close, also while another one waits.
public interface BatchFeed extends AutoCloseable {

    /// Waits for the next batch; null at the end of the run. Throws the failure of the batch whose turn it is, after
    /// every batch before it was taken.
    @Nullable
    Batch take() throws InterruptedException;

    /// Ends the feed; a [#take()] under way and later ones throw IllegalStateException.
    @Override
    void close();
}
