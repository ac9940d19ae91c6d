package dev.penstock.balance;

/// Greedy schedules: items in some sequence, each to the rank that is done with it first, ties to the lower rank.
///
/// Among ranks of equal speed that is the one with the least load so far, which a heap finds; among others it depends
/// on the item, and every rank is looked at.
///
/// Two sequences. Longest first (LPT) is within `4/3 − 1/(3R)` of the optimum: Graham, "Bounds on Multiprocessing
/// Timing Anomalies", 1969. Largest slack first cuts the sorted items into groups of R, one item per rank, and takes
/// the groups with the largest difference between their first and last item first, so that ranks can still be levelled
/// by what comes later: Della Croce and Scatamacchia, "The Longest Processing Time Rule for Identical Parallel Machines
/// Revisited", Journal of Scheduling 23, 2020. Neither is always better.
final class ListScheduling {

    private final KeyHeap ranksByLoad = new KeyHeap();
    private final KeyHeap groupsBySlack = new KeyHeap();

    void longestFirst(SortedCosts costs, int ranks, RankSpeeds speeds, Schedule schedule) {
        begin(costs, ranks, speeds, schedule);
        assign(costs, 0, costs.count(), schedule);
    }

    void largestSlackFirst(SortedCosts costs, int ranks, RankSpeeds speeds, Schedule schedule) {
        begin(costs, ranks, speeds, schedule);
        int groups = Math.ceilDiv(costs.count(), ranks);
        groupsBySlack.begin(groups);
        for (int group = 0; group < groups; group++) {
            groupsBySlack.put(group, -slack(costs, ranks, group));
        }
        groupsBySlack.heapify();
        for (int left = groups; left > 0; left--) {
            int first = groupsBySlack.removeLeast() * ranks;
            assign(costs, first, Math.min(costs.count() - first, ranks) + first, schedule);
        }
    }

    /// An incomplete last group is filled up with items of no cost.
    private static long slack(SortedCosts costs, int ranks, int group) {
        int first = group * ranks;
        long last = costs.count() - first < ranks ? 0 : costs.cost(first + ranks - 1);
        return costs.cost(first) - last;
    }

    private void begin(SortedCosts costs, int ranks, RankSpeeds speeds, Schedule schedule) {
        schedule.begin(ranks, costs.count(), speeds);
        ranksByLoad.begin(ranks);
        for (int rank = 0; rank < ranks; rank++) {
            ranksByLoad.put(rank, 0);
        }
        ranksByLoad.heapify();
    }

    private void assign(SortedCosts costs, int from, int to, Schedule schedule) {
        for (int place = from; place < to; place++) {
            long cost = costs.cost(place);
            if (schedule.hasEqualSpeeds()) {
                schedule.assign(place, ranksByLoad.least(), cost);
                ranksByLoad.addToLeast(cost);
            } else {
                schedule.assign(place, firstDone(cost, schedule), cost);
            }
        }
    }

    private static int firstDone(long cost, Schedule schedule) {
        int first = 0;
        long end = Long.MAX_VALUE;
        for (int rank = 0; rank < schedule.ranks(); rank++) {
            long endHere = schedule.load(rank) + cost * schedule.slowness(rank);
            if (endHere < end) {
                end = endHere;
                first = rank;
            }
        }
        return first;
    }
}
