package dev.penstock.bench.s3server;

/// A rate that several users share, first come, first served.
///
/// Keeps the instant at which everything granted so far will have been earned (the generic cell rate algorithm): a
/// request may use what a quiet time of up to `burst` has saved, and otherwise waits for its turn. Nothing sleeps here.
/// Threading: any thread.
final class TokenBucket {

    private final double nanosPerToken;
    private final long burstNanos;
    private long earnedAtNanos = Long.MIN_VALUE;

    /// @param burst tokens that a quiet time saves
    TokenBucket(double tokensPerSec, double burst) {
        this.nanosPerToken = 1e9 / tokensPerSec;
        this.burstNanos = Math.round(burst * nanosPerToken);
    }

    /// Takes tokens, and says how many nanoseconds to wait before they are used.
    synchronized long reserve(long tokens, long nowNanos) {
        long wait = waitNanos(nowNanos);
        earnedAtNanos = earnedAfter(tokens, nowNanos);
        return wait;
    }

    /// Takes tokens if they may be used at once.
    synchronized boolean take(long tokens, long nowNanos) {
        long earned = earnedAfter(tokens, nowNanos);
        if (earned - burstNanos > nowNanos) {
            return false;
        }
        earnedAtNanos = earned;
        return true;
    }

    private long waitNanos(long nowNanos) {
        return Math.max(0, Math.max(earnedAtNanos, nowNanos) - burstNanos - nowNanos);
    }

    private long earnedAfter(long tokens, long nowNanos) {
        return Math.max(earnedAtNanos, nowNanos) + Math.round(tokens * nanosPerToken);
    }
}
