package dev.penstock.bench.s3server;

import java.util.ArrayList;
import java.util.List;

/// How fast one sender may send: within every one of its rates.
///
/// Rates are shared by everyone who got them from the same pace. Threading: any thread.
final class Pace {

    /// What a quiet time saves: small, so that no second runs ahead of its rate.
    private static final int BURST_BYTES = 256 << 10;

    private final List<TokenBucket> buckets;

    private Pace(List<TokenBucket> buckets) {
        this.buckets = buckets;
    }

    static Pace unlimited() {
        return new Pace(List.of());
    }

    /// These rates, shared, and one of its own.
    Pace and(long bytesPerSec) {
        List<TokenBucket> more = new ArrayList<>(buckets);
        more.add(new TokenBucket(bytesPerSec, BURST_BYTES));
        return new Pace(more);
    }

    /// Takes bytes, and says how many nanoseconds to wait before they are sent.
    long reserve(int bytes, long nowNanos) {
        long wait = 0;
        for (TokenBucket bucket : buckets) {
            wait = Math.max(wait, bucket.reserve(bytes, nowNanos));
        }
        return wait;
    }
}
