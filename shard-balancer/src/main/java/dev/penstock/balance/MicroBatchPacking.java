package dev.penstock.balance;

import java.util.Arrays;

/// Packed micro-batches by best fit, longest first.
///
/// Each item goes to the open micro-batch that it leaves with the least room, the earlier one when two are equal, or
/// to a new one: at most `11/9 · optimum + 4` micro-batches (Johnson et al., "Worst-Case Performance Bounds for Simple
/// One-Dimensional Packing Algorithms", 1974). Micro-batches stay in the order they were opened, which puts the
/// longest sample first; the items of one keep the order of the global batch.
final class MicroBatchPacking implements SharePacking {

    private final MicroBatchPolicy policy;
    private long[] room = new long[16];
    private int[] endOfRanks = new int[0];
    private int[] microBatchOf = new int[0];
    private int[] endOfItems = new int[16];
    private int[] items = new int[0];
    private int microBatches;

    MicroBatchPacking(MicroBatchPolicy policy) {
        this.policy = policy;
    }

    @Override
    public void pack(SortedCosts costs, RankShares shares, MicroBatchList into) {
        grow(costs.count(), shares.ranks());
        microBatches = 0;
        for (int rank = 0; rank < shares.ranks(); rank++) {
            packRank(costs, shares, rank);
            endOfRanks[rank] = microBatches;
        }
        groupByMicroBatch(costs.count());
        list(shares.ranks(), into);
    }

    private void grow(int count, int ranks) {
        if (count > items.length) {
            int capacity = Math.max(count, items.length * 2);
            microBatchOf = new int[capacity];
            items = new int[capacity];
        }
        if (ranks > endOfRanks.length) {
            endOfRanks = new int[ranks];
        }
    }

    private void packRank(SortedCosts costs, RankShares shares, int rank) {
        int first = microBatches;
        for (int i = shares.start(rank); i < shares.start(rank + 1); i++) {
            int length = costs.length(shares.place(i));
            int best = microBatches;
            for (int open = first; open < microBatches; open++) {
                if (room[open] >= length && (best == microBatches || room[open] < room[best])) {
                    best = open;
                }
            }
            if (best == microBatches) {
                open();
            }
            room[best] -= length;
            microBatchOf[costs.item(shares.place(i))] = best;
        }
    }

    private void open() {
        if (microBatches == room.length) {
            room = Arrays.copyOf(room, microBatches * 2);
            endOfItems = new int[room.length];
        }
        room[microBatches++] = policy.maxTokens();
    }

    /// Afterwards the items of micro-batch m end at `endOfItems[m]` and start where the one before ends, in global
    /// order.
    private void groupByMicroBatch(int count) {
        Arrays.fill(endOfItems, 0, microBatches, 0);
        for (int item = 0; item < count; item++) {
            endOfItems[microBatchOf[item]]++;
        }
        int start = 0;
        for (int m = 0; m < microBatches; m++) {
            int size = endOfItems[m];
            endOfItems[m] = start;
            start += size;
        }
        for (int item = 0; item < count; item++) {
            items[endOfItems[microBatchOf[item]]++] = item;
        }
    }

    private void list(int ranks, MicroBatchList into) {
        into.begin();
        int item = 0;
        int microBatch = 0;
        for (int rank = 0; rank < ranks; rank++) {
            for (; microBatch < endOfRanks[rank]; microBatch++) {
                while (item < endOfItems[microBatch]) {
                    into.append(items[item++]);
                }
                into.endMicroBatch();
            }
            into.endRank();
        }
    }
}
