package dev.penstock.balance;

import dev.penstock.batch.Layout;

/// Cuts the share of each rank into micro-batches, in the way that suits a layout.
///
/// An implementation keeps scratch memory that grows as needed, and is confined to one thread.
sealed interface SharePacking permits MicroBatchPacking, RowPacking, SharedRowPacking {

    static SharePacking of(MicroBatchPolicy policy) {
        return switch (policy.layout()) {
            case Layout.Packed() -> new MicroBatchPacking(policy);
            case Layout.Padded() -> new RowPacking(longest -> rows(policy.maxTokens(), longest));
            case Layout.Buckets buckets -> new RowPacking(longest -> buckets.rows(buckets.rowElements(longest)));
            case Layout.Fixed fixed -> new SharedRowPacking(policy, fixed);
        };
    }

    private static int rows(long maxTokens, int longest) {
        return (int) Math.min(Integer.MAX_VALUE, maxTokens / Math.max(1, longest));
    }

    /// Replaces what a list holds.
    ///
    /// @param costs whose longest item fits a micro-batch
    void pack(SortedCosts costs, RankShares shares, MicroBatchList into);
}
