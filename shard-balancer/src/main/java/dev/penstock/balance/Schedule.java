package dev.penstock.balance;

import java.util.Arrays;

/// Which rank holds which place of [SortedCosts], and the load of every rank: the time it takes for what it holds.
///
/// Reusable scratch of the algorithms that fill and improve it; grows as needed. Confined to one thread.
final class Schedule {

    private int[] rankOf = new int[0];
    private long[] loads = new long[0];
    private RankSpeeds speeds = RankSpeeds.EQUAL;
    private int ranks;

    /// Empties all ranks.
    void begin(int ranks, int count, RankSpeeds speeds) {
        if (ranks > loads.length) {
            loads = new long[ranks];
        }
        if (count > rankOf.length) {
            rankOf = new int[Math.max(count, rankOf.length * 2)];
        }
        this.ranks = ranks;
        this.speeds = speeds;
        Arrays.fill(loads, 0, ranks, 0);
    }

    /// Gives an unassigned place to a rank.
    void assign(int place, int rank, long cost) {
        rankOf[place] = rank;
        loads[rank] += cost * speeds.slowness(rank);
    }

    /// Takes a place from one rank and gives it to another.
    void move(int place, int rank, long cost) {
        loads[rankOf[place]] -= cost * speeds.slowness(rankOf[place]);
        assign(place, rank, cost);
    }

    int ranks() {
        return ranks;
    }

    int rankOf(int place) {
        return rankOf[place];
    }

    long load(int rank) {
        return loads[rank];
    }

    boolean hasEqualSpeeds() {
        return speeds.areEqual();
    }

    /// How many units of load a unit of cost is for a rank.
    int slowness(int rank) {
        return speeds.slowness(rank);
    }

    /// Load of the fullest rank.
    long makespan() {
        long makespan = 0;
        for (int rank = 0; rank < ranks; rank++) {
            makespan = Math.max(makespan, loads[rank]);
        }
        return makespan;
    }
}
