package dev.penstock.balance;

import java.util.Arrays;

/// The optimum of small cases by trying every assignment.
final class BruteForce {

    private BruteForce() {}

    static long makespan(CostModel model, int[] lengths, int ranks) {
        int[] slowness = new int[ranks];
        Arrays.fill(slowness, 1);
        return makespan(model, lengths, slowness);
    }

    /// The same where a unit of cost is so many units of load, by rank.
    static long makespan(CostModel model, int[] lengths, int[] slowness) {
        return place(model, lengths, 0, slowness, new long[slowness.length]);
    }

    private static long place(CostModel model, int[] lengths, int item, int[] slowness, long[] loads) {
        if (item == lengths.length) {
            long makespan = 0;
            for (long load : loads) {
                makespan = Math.max(makespan, load);
            }
            return makespan;
        }
        long best = Long.MAX_VALUE;
        long cost = model.cost(lengths[item]);
        for (int rank = 0; rank < loads.length; rank++) {
            loads[rank] += cost * slowness[rank];
            best = Math.min(best, place(model, lengths, item + 1, slowness, loads));
            loads[rank] -= cost * slowness[rank];
        }
        return best;
    }
}
