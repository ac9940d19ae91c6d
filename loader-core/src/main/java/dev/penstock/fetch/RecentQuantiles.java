package dev.penstock.fetch;

import java.util.Arrays;

/// Quantiles of the latest few hundred measurements, to within an eighth.
///
/// Buckets grow with their values, eight to each power of two. When [#MEASUREMENTS_KEPT] are counted, every count is
/// halved, so that old measurements fade. Threading: any thread.
final class RecentQuantiles {

    /// Enough to tell one in twenty, few enough that a change of the origin is believed within seconds.
    private static final int MEASUREMENTS_KEPT = 512;

    private static final int BUCKETS_PER_DOUBLING_LOG2 = 3;
    private static final int BUCKETS_PER_DOUBLING = 1 << BUCKETS_PER_DOUBLING_LOG2;

    private final int[] counts = new int[Long.SIZE << BUCKETS_PER_DOUBLING_LOG2];
    private int total;

    /// @param value at least 0
    synchronized void record(long value) {
        counts[bucket(value)]++;
        if (++total == MEASUREMENTS_KEPT) {
            Arrays.setAll(counts, b -> counts[b] >>> 1);
            total = Arrays.stream(counts).sum();
        }
    }

    /// Measurements that are remembered.
    synchronized int count() {
        return total;
    }

    /// A value that the share `quantile` of the measurements does not exceed; 0 when there are none.
    synchronized long quantile(double quantile) {
        long wanted = (long) Math.ceil(quantile * total);
        long seen = 0;
        for (int b = 0; b < counts.length; b++) {
            seen += counts[b];
            if (counts[b] > 0 && seen >= wanted) {
                return largest(b);
            }
        }
        return 0;
    }

    private static int bucket(long value) {
        if (value < BUCKETS_PER_DOUBLING) {
            return (int) value;
        }
        int shift = Long.SIZE - 1 - BUCKETS_PER_DOUBLING_LOG2 - Long.numberOfLeadingZeros(value);
        return (shift << BUCKETS_PER_DOUBLING_LOG2) + (int) (value >>> shift);
    }

    private static long largest(int bucket) {
        if (bucket < BUCKETS_PER_DOUBLING) {
            return bucket;
        }
        int shift = (bucket >>> BUCKETS_PER_DOUBLING_LOG2) - 1;
        long first = (long) BUCKETS_PER_DOUBLING + (bucket & (BUCKETS_PER_DOUBLING - 1));
        return ((first + 1) << shift) - 1;
    }
}
