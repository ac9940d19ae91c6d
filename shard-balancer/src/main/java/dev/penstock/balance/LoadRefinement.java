package dev.penstock.balance;

/// Local search from the fullest rank: the move or swap that lowers it most, again and again.
///
/// Each round takes the fullest rank and looks, in every other rank, for the item to exchange with one of its own (or
/// to accept without return) that leaves the lower maximum of the two. With both ranks' items in order of cost one
/// merge-like walk finds it. Ranks are tried from the emptiest on; a rank is passed over where even a
/// perfect split with it could not beat what was found, and with equal speeds so are the fuller ones; a round's search
/// ends where the pair comes under the bound. Rounds end when the bound is
/// reached, when no exchange lowers the fullest rank, or after a fixed number per rank. A round never raises the
/// makespan. Ties go to the exchange found first, so the result is a function of the costs alone.
final class LoadRefinement {

    /// Rounds per rank. Long-tailed batches settle after one to three; the limit bounds the time for hostile ones.
    private static final int ROUNDS_PER_RANK = 16;

    private static final int NONE = -1;

    private int[] firstOf = new int[0];
    private int[] next = new int[0];
    private int[] ranksByLoad = new int[0];

    private int bestGiven;
    private int bestTaken;
    private int bestRank;
    private long bestMaximum;

    /// Lowers the makespan of a schedule towards a bound.
    void refine(SortedCosts costs, Schedule schedule, long bound) {
        int ranks = schedule.ranks();
        link(costs, schedule);
        for (int round = 0; round < ranks * ROUNDS_PER_RANK; round++) {
            sortRanks(schedule);
            int fullest = ranksByLoad[ranks - 1];
            if (schedule.load(fullest) <= bound || !findExchange(costs, schedule, fullest, bound)) {
                return;
            }
            give(costs, schedule, bestGiven, fullest, bestRank);
            if (bestTaken != NONE) {
                give(costs, schedule, bestTaken, bestRank, fullest);
            }
        }
    }

    /// Builds a list of places per rank, dearest first.
    private void link(SortedCosts costs, Schedule schedule) {
        int ranks = schedule.ranks();
        if (ranks > firstOf.length) {
            firstOf = new int[ranks];
            ranksByLoad = new int[ranks];
        }
        if (costs.count() > next.length) {
            next = new int[Math.max(costs.count(), next.length * 2)];
        }
        for (int rank = 0; rank < ranks; rank++) {
            firstOf[rank] = NONE;
            ranksByLoad[rank] = rank;
        }
        for (int place = costs.count() - 1; place >= 0; place--) {
            int rank = schedule.rankOf(place);
            next[place] = firstOf[rank];
            firstOf[rank] = place;
        }
    }

    /// Insertion sort: after an exchange only two ranks are out of place.
    private void sortRanks(Schedule schedule) {
        for (int i = 1; i < schedule.ranks(); i++) {
            int rank = ranksByLoad[i];
            long load = schedule.load(rank);
            int hole = i;
            while (hole > 0 && schedule.load(ranksByLoad[hole - 1]) > load) {
                ranksByLoad[hole] = ranksByLoad[hole - 1];
                hole--;
            }
            ranksByLoad[hole] = rank;
        }
    }

    private boolean findExchange(SortedCosts costs, Schedule schedule, int fullest, long bound) {
        long load = schedule.load(fullest);
        bestMaximum = load;
        for (int i = 0; i < schedule.ranks() - 1 && bestMaximum > bound; i++) {
            int rank = ranksByLoad[i];
            int slowness = schedule.slowness(fullest);
            int both = slowness + schedule.slowness(rank);
            long apart = load - schedule.load(rank);
            long levelling = apart / both;
            if (load - levelling * slowness - apart % both * slowness / both < bestMaximum) {
                compare(costs, schedule, fullest, rank, levelling);
            } else if (schedule.hasEqualSpeeds()) {
                break;
            }
        }
        return bestMaximum < load;
    }

    /// Looks for the exchange between two ranks whose difference in cost comes nearest to what would level them.
    private void compare(SortedCosts costs, Schedule schedule, int fullest, int rank, long levelling) {
        int dearer = NONE;
        int cheaper = firstOf[rank];
        for (int given = firstOf[fullest]; given != NONE; given = next[given]) {
            long wanted = costs.cost(given) - levelling;
            while (cheaper != NONE && costs.cost(cheaper) >= wanted) {
                dearer = cheaper;
                cheaper = next[cheaper];
            }
            if (dearer != NONE) {
                consider(costs, schedule, fullest, rank, given, dearer);
            }
            consider(costs, schedule, fullest, rank, given, cheaper);
        }
    }

    private void consider(SortedCosts costs, Schedule schedule, int fullest, int rank, int given, int taken) {
        long difference = costs.cost(given) - (taken == NONE ? 0 : costs.cost(taken));
        long maximum = Math.max(
                schedule.load(fullest) - difference * schedule.slowness(fullest),
                schedule.load(rank) + difference * schedule.slowness(rank));
        if (maximum < bestMaximum) {
            bestMaximum = maximum;
            bestGiven = given;
            bestTaken = taken;
            bestRank = rank;
        }
    }

    private void give(SortedCosts costs, Schedule schedule, int place, int from, int to) {
        if (firstOf[from] == place) {
            firstOf[from] = next[place];
        } else {
            int before = firstOf[from];
            while (next[before] != place) {
                before = next[before];
            }
            next[before] = next[place];
        }
        if (firstOf[to] == NONE || firstOf[to] > place) {
            next[place] = firstOf[to];
            firstOf[to] = place;
        } else {
            int before = firstOf[to];
            while (next[before] != NONE && next[before] < place) {
                before = next[before];
            }
            next[place] = next[before];
            next[before] = place;
        }
        schedule.move(place, to, costs.cost(place));
    }
}
