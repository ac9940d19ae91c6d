package dev.penstock.loader;

import dev.penstock.batch.Batch;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/// The blocking form of a stream of batches, for one thread.
///
/// [#next()] waits for the batch; the caller closes each batch. [#close()] ends the stream and gives back everything
/// that was not delivered. An interrupt while waiting ends the wait with IllegalStateException and leaves the thread
/// interrupted.
public final class BatchIterator implements Iterator<Batch>, AutoCloseable {

    private final BatchFeed feed;
    private @Nullable Batch next;
    private boolean ended;

    /// @param feed closed with the iterator
    public BatchIterator(BatchFeed feed) {
        this.feed = feed;
    }

    @Override
    public boolean hasNext() {
        if (next == null && !ended) {
            next = take();
            ended = next == null;
        }
        return next != null;
    }

    @Override
    public Batch next() {
        if (!hasNext() || next == null) {
            throw new NoSuchElementException("the run has ended");
        }
        Batch batch = next;
        next = null;
        return batch;
    }

    private @Nullable Batch take() {
        try {
            WaitEvent event = WaitEvent.begun();
            Batch batch = feed.take();
            if (event != null && batch != null) {
                event.ended(batch);
            }
            return batch;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a batch", e);
        }
    }

    @Override
    public void close() {
        ended = true;
        if (next != null) {
            next.close();
            next = null;
        }
        feed.close();
    }
}
