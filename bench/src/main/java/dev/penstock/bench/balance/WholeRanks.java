package dev.penstock.bench.balance;

import dev.penstock.plan.RankAssignment;

/// Which rank each item goes to, to be written as an assignment with one micro-batch per rank.
///
/// Items of one rank are chained, so that putting and writing take constant time for each. Reusable; confined to one
/// thread.
final class WholeRanks {

    private static final int END = -1;

    private int[] firstItem = new int[0];
    private int[] nextItem = new int[0];
    private long[] load = new long[0];
    private int ranks;

    void begin(int count, int ranks) {
        if (nextItem.length < count) {
            nextItem = new int[count];
        }
        if (load.length < ranks) {
            load = new long[ranks];
            firstItem = new int[ranks];
        }
        this.ranks = ranks;
        for (int rank = 0; rank < ranks; rank++) {
            firstItem[rank] = END;
            load[rank] = 0;
        }
    }

    void put(int item, int length, int rank) {
        nextItem[item] = firstItem[rank];
        firstItem[rank] = item;
        load[rank] += length;
    }

    /// The bound written is the mean load; what ratios are measured against is computed apart from the assigners.
    void writeTo(RankAssignment assignment) {
        assignment.begin();
        long makespan = 0;
        long total = 0;
        for (int rank = 0; rank < ranks; rank++) {
            assignment.beginMicroBatch();
            for (int item = firstItem[rank]; item != END; item = nextItem[item]) {
                assignment.append(item);
            }
            assignment.endRank();
            makespan = Math.max(makespan, load[rank]);
            total += load[rank];
        }
        assignment.finish(makespan, Math.ceilDiv(total, ranks));
    }
}
