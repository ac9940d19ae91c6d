package dev.penstock.balance;

import java.util.Arrays;

/// The share of each rank of a global batch: places of [SortedCosts], longest first.
///
/// Reusable scratch; grows as needed and allocates nothing afterwards. Confined to one thread.
final class RankShares {

    private int[] ends = new int[0];
    private int[] places = new int[0];
    private int[] rankOf = new int[0];
    private int ranks;

    /// Divides as a schedule does.
    void divide(SortedCosts costs, Schedule schedule) {
        begin(costs.count(), schedule.ranks());
        for (int place = 0; place < costs.count(); place++) {
            rankOf[place] = schedule.rankOf(place);
        }
        group(costs.count());
    }

    /// Divides into contiguous runs of the global batch that differ by at most one item.
    void divideInOrder(SortedCosts costs, int ranks) {
        begin(costs.count(), ranks);
        for (int place = 0; place < costs.count(); place++) {
            rankOf[place] = (int) (((costs.item(place) + 1L) * ranks - 1) / costs.count());
        }
        group(costs.count());
    }

    private void begin(int count, int ranks) {
        this.ranks = ranks;
        if (count > places.length) {
            int capacity = Math.max(count, places.length * 2);
            places = new int[capacity];
            rankOf = new int[capacity];
        }
        if (ranks > ends.length) {
            ends = new int[ranks];
        }
    }

    private void group(int count) {
        Arrays.fill(ends, 0, ranks, 0);
        for (int place = 0; place < count; place++) {
            ends[rankOf[place]]++;
        }
        int start = 0;
        for (int rank = 0; rank < ranks; rank++) {
            int size = ends[rank];
            ends[rank] = start;
            start += size;
        }
        for (int place = 0; place < count; place++) {
            places[ends[rankOf[place]]++] = place;
        }
    }

    int ranks() {
        return ranks;
    }

    /// First index of a rank's share; `start(ranks())` is the number of items.
    int start(int rank) {
        return rank == 0 ? 0 : ends[rank - 1];
    }

    /// The place at an index.
    int place(int index) {
        return places[index];
    }
}
