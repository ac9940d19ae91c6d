package dev.penstock.daemon.client;

import java.util.concurrent.atomic.AtomicBoolean;

/// Gives one batch back to the daemon, once, however often it is closed.
final class Release extends AtomicBoolean implements Runnable {

    private static final long serialVersionUID = 1;

    private final transient Session session;
    private final transient MappedSegment segment;
    private final long ticket;
    private final long slotBytes;

    Release(Session session, MappedSegment segment, long ticket, long slotBytes) {
        this.session = session;
        this.segment = segment;
        this.ticket = ticket;
        this.slotBytes = slotBytes;
    }

    @Override
    public void run() {
        if (compareAndSet(false, true)) {
            session.release(segment, ticket, slotBytes);
        }
    }
}
