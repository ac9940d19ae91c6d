package dev.penstock.daemon.client;

import dev.penstock.batch.Batch;
import dev.penstock.daemon.protocol.Position;
import dev.penstock.loader.BatchFeed;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The batches of a [RemoteLoader] in their order, over as many sessions as it takes.
final class RemoteFeed implements BatchFeed {

    private final RemoteLoader loader;
    private volatile Position next;
    private volatile boolean closed;

    RemoteFeed(RemoteLoader loader, Position start) {
        this.loader = loader;
        this.next = start;
    }

    /// Of the batch that is taken next.
    Position next() {
        return next;
    }

    @Override
    public @Nullable Batch take() throws InterruptedException {
        long calledAtNanos = System.nanoTime();
        Session session = loader.session();
        while (true) {
            requireOpen();
            try {
                Batch batch = session.take();
                if (batch == null) {
                    return null;
                }
                Position position = new Position(batch.step(), batch.rank());
                if (position.compareTo(next) >= 0) {
                    next = position.next(loader.ranks());
                    loader.meter().delivered(batch, System.nanoTime() - calledAtNanos);
                    return batch;
                }
                // A daemon begins at a whole step, and this client has a part of it already.
                batch.close();
            } catch (IOException gone) {
                Session broken = session;
                session = loader.replace(broken);
                broken.close();
            }
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the stream of batches is closed");
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            loader.feedClosed();
        }
    }
}
