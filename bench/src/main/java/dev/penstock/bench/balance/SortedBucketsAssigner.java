package dev.penstock.bench.balance;

import dev.penstock.plan.RankAssigner;
import dev.penstock.plan.RankAssignment;

/// Sorted bucketing: samples sorted by length and cut into rows of one per rank, so that ranks compute samples of like
/// length side by side.
///
/// Every rank of a row takes its place in turn, back and forth, which is the usual remedy for the first rank always
/// getting the longest.
final class SortedBucketsAssigner implements RankAssigner {

    private final WholeRanks result = new WholeRanks();

    @Override
    public void assign(int[] lengths, int count, RankAssignment assignment) {
        int ranks = assignment.ranks();
        int[] sorted = LengthOrder.longestFirst(lengths, count);
        result.begin(count, ranks);
        for (int place = 0; place < count; place++) {
            int column = place % ranks;
            int rank = place / ranks % 2 == 0 ? column : ranks - 1 - column;
            result.put(sorted[place], lengths[sorted[place]], rank);
        }
        result.writeTo(assignment);
    }
}
