package dev.penstock.bench.daemon;

import java.io.Serializable;
import org.HdrHistogram.Histogram;

/// How long batches took from being ready to being a consumer's: from when the slot was whole, the client had a credit
/// and the consumer had asked, whichever was last, until the consumer has the batch.
///
/// Kept apart: batches that were ready before they were asked for, and those that the consumer waited for. Confined to
/// one thread.
final class HandOffTimes implements Serializable {

    private static final long serialVersionUID = 1;

    /// Above any wait that the scheduler of a busy machine causes.
    private static final long MOST_NANOS = 60_000_000_000L;

    private static final int SIGNIFICANT_DIGITS = 3;

    private final Histogram ahead = new Histogram(MOST_NANOS, SIGNIFICANT_DIGITS);
    private final Histogram waited = new Histogram(MOST_NANOS, SIGNIFICANT_DIGITS);

    /// Fails where a batch was had before it was ready: the clocks of the two processes would not be one.
    void record(long askedAtNanos, long readyAtNanos, long hadAtNanos) {
        if (hadAtNanos < readyAtNanos) {
            throw new IllegalStateException(
                    "a batch was had " + (readyAtNanos - hadAtNanos) + " ns before it was ready");
        }
        if (readyAtNanos <= askedAtNanos) {
            ahead.recordValue(hadAtNanos - askedAtNanos);
        } else {
            waited.recordValue(hadAtNanos - readyAtNanos);
        }
    }

    double aheadMicros(double percentile) {
        return ahead.getValueAtPercentile(percentile) / 1e3;
    }

    double waitedMicros(double percentile) {
        return waited.getValueAtPercentile(percentile) / 1e3;
    }

    /// Share of the batches that the consumer waited for.
    double waitedShare() {
        return (double) waited.getTotalCount() / (ahead.getTotalCount() + waited.getTotalCount());
    }
}
