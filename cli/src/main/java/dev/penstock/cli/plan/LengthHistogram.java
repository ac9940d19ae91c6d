package dev.penstock.cli.plan;

import dev.penstock.cli.report.Amounts;
import java.util.ArrayList;
import java.util.List;

/// How many samples are how long: counts by powers of two, and the extremes.
///
/// Confined to one thread.
final class LengthHistogram {

    /// Characters of the longest bar.
    private static final int BAR = 40;

    /// Bucket 0 is length 0; bucket b holds `[2^(b-1), 2^b)`.
    private final long[] buckets = new long[Integer.SIZE];

    private long count;
    private long sum;
    private int longest;

    void add(int length) {
        buckets[Integer.SIZE - Integer.numberOfLeadingZeros(length)]++;
        count++;
        sum += length;
        longest = Math.max(longest, length);
    }

    long count() {
        return count;
    }

    double mean() {
        return count == 0 ? 0 : (double) sum / count;
    }

    int longest() {
        return longest;
    }

    /// A bar per bucket that is not empty.
    List<PlanPage.Bar> bars() {
        List<PlanPage.Bar> bars = new ArrayList<>();
        for (int bucket = 0; bucket < buckets.length; bucket++) {
            if (buckets[bucket] > 0) {
                bars.add(new PlanPage.Bar(
                        Amounts.count(from(bucket)) + "+", buckets[bucket], Amounts.count(buckets[bucket])));
            }
        }
        return bars;
    }

    private static long from(int bucket) {
        return bucket == 0 ? 0 : 1L << (bucket - 1);
    }

    /// A line per bucket that is not empty.
    List<String> lines() {
        long highest = 1;
        for (long bucket : buckets) {
            highest = Math.max(highest, bucket);
        }
        List<String> lines = new ArrayList<>();
        for (int bucket = 0; bucket < buckets.length; bucket++) {
            if (buckets[bucket] > 0) {
                long bar = Math.max(1, Math.round((double) BAR * buckets[bucket] / highest));
                lines.add(Amounts.format(
                        "  %,13d+ %,12d %s", from(bucket), buckets[bucket], "#".repeat(Math.toIntExact(bar))));
            }
        }
        return lines;
    }
}
