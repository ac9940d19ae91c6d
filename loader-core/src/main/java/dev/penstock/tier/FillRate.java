package dev.penstock.tier;

import java.time.Duration;
import java.util.function.LongSupplier;

/// How fast an amount grows at present: over the latest few seconds in which it was looked at. Thread-safe.
final class FillRate {

    /// Long enough to average over blocks of megabytes, short enough to notice that the origin slowed down.
    private static final long WINDOW_NANOS = Duration.ofSeconds(3).toNanos();

    private final LongSupplier nanoTime;
    private long fromNanos;
    private long fromBytes;
    private long nextNanos;
    private long nextBytes;

    /// @param nanoTime monotonic
    FillRate(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.fromNanos = nanoTime.getAsLong();
        this.nextNanos = fromNanos;
    }

    /// Growth per second, over one to two windows; 0 where the amount shrinks.
    synchronized double bytesPerSec(long bytes) {
        long now = nanoTime.getAsLong();
        if (now - nextNanos >= WINDOW_NANOS) {
            fromNanos = nextNanos;
            fromBytes = nextBytes;
            nextNanos = now;
            nextBytes = bytes;
        }
        long elapsed = now - fromNanos;
        return elapsed == 0 ? 0 : Math.max(0, (bytes - fromBytes) * 1e9 / elapsed);
    }
}
