package dev.penstock.balance;

import dev.penstock.plan.RankAssignment;
import java.util.Arrays;

/// Cuts each rank's share into micro-batches by best fit, longest first, and writes the assignment.
///
/// Each item goes to the open micro-batch that it leaves with the least room, the earlier one when two are equal, or
/// to a new one: at most `11/9 · optimum + 4` micro-batches (Johnson et al., "Worst-Case Performance Bounds for Simple
/// One-Dimensional Packing Algorithms", 1974). Micro-batches stay in the order they were opened, which puts the
/// longest sample first; the items of one keep the order of the global batch.
final class MicroBatchPacking {

    private final MicroBatchPolicy policy;
    private long[] room = new long[16];
    private int[] firstMicroBatch = new int[0];
    private int[] endOfPlaces = new int[0];
    private int[] places = new int[0];
    private int[] microBatchOf = new int[0];
    private int[] endOfItems = new int[16];
    private int[] items = new int[0];
    private int microBatches;

    MicroBatchPacking(MicroBatchPolicy policy) {
        this.policy = policy;
    }

    /// Fills an assignment, which [RankAssignment#finish] has yet to close.
    void pack(SortedCosts costs, Schedule schedule, RankAssignment assignment) {
        if (costs.count() > 0) {
            policy.requireFits(costs.item(0), costs.length(0));
        }
        grow(costs.count(), schedule.ranks());
        groupByRank(costs, schedule);
        microBatches = 0;
        int from = 0;
        for (int rank = 0; rank < schedule.ranks(); rank++) {
            firstMicroBatch[rank] = microBatches;
            packRank(costs, from, endOfPlaces[rank]);
            from = endOfPlaces[rank];
        }
        firstMicroBatch[schedule.ranks()] = microBatches;
        groupByMicroBatch(costs.count());
        write(schedule.ranks(), assignment);
    }

    private void grow(int count, int ranks) {
        if (count > places.length) {
            int capacity = Math.max(count, places.length * 2);
            places = new int[capacity];
            microBatchOf = new int[capacity];
            items = new int[capacity];
        }
        if (ranks >= firstMicroBatch.length) {
            firstMicroBatch = new int[ranks + 1];
            endOfPlaces = new int[ranks];
        }
    }

    /// Afterwards the places of rank r end at `endOfPlaces[r]` and start where the rank before ends, longest first.
    private void groupByRank(SortedCosts costs, Schedule schedule) {
        Arrays.fill(endOfPlaces, 0, schedule.ranks(), 0);
        for (int place = 0; place < costs.count(); place++) {
            endOfPlaces[schedule.rankOf(place)]++;
        }
        startsFromSizes(endOfPlaces, schedule.ranks());
        for (int place = 0; place < costs.count(); place++) {
            places[endOfPlaces[schedule.rankOf(place)]++] = place;
        }
    }

    private void packRank(SortedCosts costs, int from, int to) {
        int first = microBatches;
        for (int i = from; i < to; i++) {
            int length = costs.length(places[i]);
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
            microBatchOf[costs.item(places[i])] = best;
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
        startsFromSizes(endOfItems, microBatches);
        for (int item = 0; item < count; item++) {
            items[endOfItems[microBatchOf[item]]++] = item;
        }
    }

    private static void startsFromSizes(int[] sizes, int length) {
        int start = 0;
        for (int i = 0; i < length; i++) {
            int size = sizes[i];
            sizes[i] = start;
            start += size;
        }
    }

    private void write(int ranks, RankAssignment assignment) {
        int most = 0;
        for (int rank = 0; rank < ranks; rank++) {
            most = Math.max(most, firstMicroBatch[rank + 1] - firstMicroBatch[rank]);
        }
        assignment.begin();
        int item = 0;
        for (int rank = 0; rank < ranks; rank++) {
            for (int m = firstMicroBatch[rank]; m < firstMicroBatch[rank + 1]; m++) {
                assignment.beginMicroBatch();
                while (item < endOfItems[m]) {
                    assignment.append(items[item++]);
                }
            }
            policy.endRank(assignment, firstMicroBatch[rank + 1] - firstMicroBatch[rank], most);
        }
    }
}
