package dev.penstock.balance;

/// The optimum of small cases by trying every assignment.
final class BruteForce {

    private BruteForce() {}

    static long makespan(CostModel model, int[] lengths, int ranks) {
        return place(model, lengths, 0, new long[ranks]);
    }

    private static long place(CostModel model, int[] lengths, int item, long[] loads) {
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
            loads[rank] += cost;
            best = Math.min(best, place(model, lengths, item + 1, loads));
            loads[rank] -= cost;
        }
        return best;
    }
}
