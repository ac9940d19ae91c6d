package dev.penstock.balance;

import dev.penstock.plan.RankAssignment;
import java.util.Arrays;

/// Micro-batches of all ranks, rank by rank, until it is known how many the rank has that needs most.
///
/// Reusable scratch; grows as needed and allocates nothing afterwards. Confined to one thread.
final class MicroBatchList {

    private int[] items = new int[64];
    private int[] endOfItems = new int[16];
    private int[] endOfRanks = new int[4];
    private int itemCount;
    private int microBatches;
    private int ranks;

    void begin() {
        itemCount = 0;
        microBatches = 0;
        ranks = 0;
    }

    /// Puts an item into the open micro-batch.
    void append(int item) {
        if (itemCount == items.length) {
            items = Arrays.copyOf(items, itemCount * 2);
        }
        items[itemCount++] = item;
    }

    void endMicroBatch() {
        if (microBatches == endOfItems.length) {
            endOfItems = Arrays.copyOf(endOfItems, microBatches * 2);
        }
        endOfItems[microBatches++] = itemCount;
    }

    void endRank() {
        if (ranks == endOfRanks.length) {
            endOfRanks = Arrays.copyOf(endOfRanks, ranks * 2);
        }
        endOfRanks[ranks++] = microBatches;
    }

    /// Fills an assignment, which [RankAssignment#finish] has yet to close.
    void writeTo(RankAssignment assignment, MicroBatchPolicy policy) {
        int most = 0;
        for (int rank = 0; rank < ranks; rank++) {
            most = Math.max(most, microBatches(rank));
        }
        assignment.begin();
        int item = 0;
        int microBatch = 0;
        for (int rank = 0; rank < ranks; rank++) {
            for (; microBatch < endOfRanks[rank]; microBatch++) {
                assignment.beginMicroBatch();
                while (item < endOfItems[microBatch]) {
                    assignment.append(items[item++]);
                }
            }
            policy.endRank(assignment, microBatches(rank), most);
        }
    }

    private int microBatches(int rank) {
        return endOfRanks[rank] - (rank == 0 ? 0 : endOfRanks[rank - 1]);
    }
}
