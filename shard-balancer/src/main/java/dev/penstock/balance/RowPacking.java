package dev.penstock.balance;

import java.util.function.IntUnaryOperator;

/// One row per sample: the longest samples first, as many as a micro-batch has rows.
///
/// Sorting within the share makes the samples of a micro-batch as alike as they can be. In a micro-batch of the longest
/// that are left, rows that would be empty take shorter samples. The items of one are longest first.
final class RowPacking implements SharePacking {

    private final IntUnaryOperator rowsByLongest;

    /// @param rowsByLongest most rows of a micro-batch by the length of its longest sample
    RowPacking(IntUnaryOperator rowsByLongest) {
        this.rowsByLongest = rowsByLongest;
    }

    @Override
    public void pack(SortedCosts costs, RankShares shares, MicroBatchList into) {
        into.begin();
        for (int rank = 0; rank < shares.ranks(); rank++) {
            int end = shares.start(rank + 1);
            for (int i = shares.start(rank); i < end; ) {
                int rows = rowsByLongest.applyAsInt(costs.length(shares.place(i)));
                for (int last = Math.min(end - i, rows) + i; i < last; i++) {
                    into.append(costs.item(shares.place(i)));
                }
                into.endMicroBatch();
            }
            into.endRank();
        }
    }
}
