package dev.penstock.daemon.server;

import dev.penstock.batch.BatchLayout;
import java.time.Duration;

/// What one client was announced, and for how long it was hungry. Guarded by its [Attachment].
///
/// The daemon does not see when a trainer asks for a batch. It sees what the trainer holds: with a batch beyond the one
/// it may be working on, it cannot be waiting. So a client counts as hungry while it holds fewer than two batches (one,
/// where it has one credit), which is at least as long as it waited.
final class ClientAccount {

    private static final int WORKED_ON_AND_NEXT = 2;

    private final int enough;
    private long batches;
    private long samples;
    private long payloadBytes;
    private boolean begun;
    private boolean ended;
    private long beganNanos;
    private boolean hungry;
    private long hungrySinceNanos;
    private long hungryNanos;

    /// @param credits of the client
    ClientAccount(int credits) {
        this.enough = Math.min(credits, WORKED_ON_AND_NEXT);
    }

    /// Announcements begin.
    void begin() {
        begun = true;
        beganNanos = System.nanoTime();
        hungry = true;
        hungrySinceNanos = beganNanos;
    }

    /// @param held by the client now
    void announced(BatchLayout batch, int held, long nowNanos) {
        batches++;
        samples += batch.sampleCount();
        payloadBytes += batch.payloadBytes();
        if (held == enough) {
            feed(nowNanos);
        }
    }

    /// @param held by the client still
    void released(int held) {
        if (held == enough - 1 && !ended) {
            hungry = true;
            hungrySinceNanos = System.nanoTime();
        }
    }

    /// No batch follows, so none is waited for.
    void end() {
        ended = true;
        feed(System.nanoTime());
    }

    private void feed(long nowNanos) {
        if (hungry) {
            hungryNanos += nowNanos - hungrySinceNanos;
            hungry = false;
        }
    }

    boolean isHungry() {
        return hungry;
    }

    boolean hasEnded() {
        return ended;
    }

    long batches() {
        return batches;
    }

    long samples() {
        return samples;
    }

    long payloadBytes() {
        return payloadBytes;
    }

    Duration attached(long nowNanos) {
        return begun ? Duration.ofNanos(nowNanos - beganNanos) : Duration.ZERO;
    }

    Duration hungry(long nowNanos) {
        return Duration.ofNanos(hungryNanos + (hungry ? nowNanos - hungrySinceNanos : 0));
    }
}
