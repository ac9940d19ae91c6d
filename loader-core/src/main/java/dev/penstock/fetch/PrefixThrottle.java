package dev.penstock.fetch;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/// What one prefix of a store's keys may have in flight after the store asked for less.
///
/// Additive increase, multiplicative decrease (Chiu and Jain, 1989): a throttled request multiplies what the prefix
/// had in flight by [#DECREASE] and pauses it, at random around a time that doubles while throttling goes on; every
/// turnover of requests served adds a fifth of what there was before the burst. The pause comes on top of the wait that
/// the store asked for, so that hosts which were told the same time do not return together. Answers to requests sent
/// before the last decrease belong to the same burst: they may lengthen the pause, and change nothing else. A prefix
/// that was never throttled has no limit.
///
/// Not thread-safe: confined to the lock of its stage.
final class PrefixThrottle {

    /// Gentler than TCP's half: a store that refuses costs a round trip, not a lost window.
    private static final double DECREASE = 0.7;

    /// A single decrease is made up for in two turnovers; what relieves the store meanwhile is the pause.
    private static final double INCREASE = 0.2;
    private static final long FIRST_PAUSE_NANOS = Duration.ofMillis(100).toNanos();

    /// Providers add capacity to a hot prefix within minutes; asking every few seconds notices in time.
    private static final long LONGEST_PAUSE_NANOS = Duration.ofSeconds(5).toNanos();

    private final DoubleSupplier random;
    private double limit = Double.POSITIVE_INFINITY;
    private double increase;
    private int inFlight;
    private int burst;
    private boolean throttled;
    private long throttledAtNanos;
    private long pausedUntilNanos;

    /// @param random from 0 to below 1
    PrefixThrottle(DoubleSupplier random) {
        this.random = random;
    }

    /// Time until a request may be sent; 0 for now, `Long.MAX_VALUE` until one in flight has ended.
    long nanosUntilAllowed(long nowNanos) {
        if (throttled && pausedUntilNanos - nowNanos > 0) {
            return pausedUntilNanos - nowNanos;
        }
        return inFlight < Math.max(1, limit) ? 0 : Long.MAX_VALUE;
    }

    void sent() {
        inFlight++;
    }

    /// Tells that a request ended, however it did.
    void ended() {
        inFlight--;
    }

    /// Tells of a request that was served; the limit is gone when it no longer binds.
    ///
    /// @param most in flight over all prefixes
    void served(long sentNanos, int most) {
        if (!throttled || sentNanos - throttledAtNanos < 0) {
            return;
        }
        burst = 0;
        limit += increase / limit;
        if (limit >= most) {
            limit = Double.POSITIVE_INFINITY;
            throttled = false;
        }
    }

    /// Tells of a request, no longer in flight, that the store refused to be asked at this rate.
    ///
    /// @param waitNanos how long the store asked not to be asked; 0 where it did not say
    void throttled(long sentNanos, long nowNanos, long waitNanos) {
        if (throttled && sentNanos - throttledAtNanos < 0) {
            pauseUntil(nowNanos + waitNanos);
            return;
        }
        double before = Math.min(limit, inFlight + 1);
        limit = Math.max(1, DECREASE * before);
        if (burst == 0) {
            increase = Math.max(1, INCREASE * before);
        }
        long middle = Math.min(LONGEST_PAUSE_NANOS, FIRST_PAUSE_NANOS << Math.min(burst, 10));
        if (!throttled) {
            pausedUntilNanos = nowNanos;
        }
        pauseUntil(nowNanos + waitNanos + (long) (middle * (0.5 + random.getAsDouble())));
        throttled = true;
        throttledAtNanos = nowNanos;
        burst++;
    }

    private void pauseUntil(long nanos) {
        if (nanos - pausedUntilNanos > 0) {
            pausedUntilNanos = nanos;
        }
    }

    /// Whether there is nothing to remember.
    boolean idle() {
        return inFlight == 0 && !throttled;
    }
}
