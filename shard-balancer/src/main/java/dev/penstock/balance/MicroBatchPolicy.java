package dev.penstock.balance;

import dev.penstock.batch.Layout;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.plan.RankAssignment;

/// How the share of a rank is cut into micro-batches.
///
/// @param maxTokens largest sum of lengths in one micro-batch, padding included; `Long.MAX_VALUE` for no limit
/// @param counts whether all ranks have the same number of micro-batches
/// @param layout how the samples of one lie beside each other; brought under the cap
public record MicroBatchPolicy(long maxTokens, MicroBatchCounts counts, Layout layout) {

    public MicroBatchPolicy {
        if (maxTokens < 1) {
            throw new ConfigurationException(FailureMessage.of("micro-batch policy")
                    .with("maxTokens", maxTokens)
                    .remedy("--max-tokens must be at least 1"));
        }
        layout = layout.under(maxTokens);
    }

    /// One micro-batch for each rank that has samples, however many tokens that is.
    public static MicroBatchPolicy uncapped() {
        return upTo(Long.MAX_VALUE);
    }

    /// As many micro-batches as a rank needs to keep each under a cap.
    public static MicroBatchPolicy upTo(long maxTokens) {
        return new MicroBatchPolicy(maxTokens, MicroBatchCounts.FREE, new Layout.Packed());
    }

    public MicroBatchPolicy withCounts(MicroBatchCounts counts) {
        return new MicroBatchPolicy(maxTokens, counts, layout);
    }

    public MicroBatchPolicy withLayout(Layout layout) {
        return new MicroBatchPolicy(maxTokens, counts, layout);
    }

    /// Fails when a sample does not fit a micro-batch of its own.
    void requireFits(int length) {
        if (length > maxTokens) {
            throw new ConfigurationException(FailureMessage.of("micro-batch packing")
                    .with("length", length)
                    .with("maxTokens", maxTokens)
                    .remedy("raise --max-tokens to at least the longest sample, or index with --max-length "
                            + maxTokens));
        }
    }

    /// Closes a rank that has `microBatches` where the rank that needs most has `most`.
    void endRank(RankAssignment assignment, int microBatches, int most) {
        if (counts == MicroBatchCounts.EQUAL) {
            for (int empty = microBatches; empty < most; empty++) {
                assignment.beginMicroBatch();
            }
        }
        assignment.endRank();
    }
}
