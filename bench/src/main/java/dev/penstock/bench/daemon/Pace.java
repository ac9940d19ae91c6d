package dev.penstock.bench.daemon;

import java.util.Locale;

/// How a consumer takes batches while their hand-off is timed.
enum Pace {
    /// Keeps each batch for a millisecond, so that the next ones are ready before it asks. The time is that of asking.
    AHEAD(1, 1_000_000, 20),

    /// Asks at once while one thread decodes: waits for nearly every batch, and the machine has a core for waking it.
    WAITING(1, 0, 1),

    /// Asks at once while every core decodes: a wake-up waits for a turn, as in any process of a machine that is full.
    CROWDED(Runtime.getRuntime().availableProcessors(), 0, 1);

    final int decodeThreads;
    final long workNanos;

    /// Of the batches that are taken at the other paces, this one takes the so-manieth part: each takes a millisecond.
    final int divisor;

    Pace(int decodeThreads, long workNanos, int divisor) {
        this.decodeThreads = decodeThreads;
        this.workNanos = workNanos;
        this.divisor = divisor;
    }

    /// The batches whose hand-off is meant.
    double micros(HandOffTimes times, double percentile) {
        return this == AHEAD ? times.aheadMicros(percentile) : times.waitedMicros(percentile);
    }

    double share(HandOffTimes times) {
        return this == AHEAD ? 1 - times.waitedShare() : times.waitedShare();
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
