package dev.penstock.bench.balance;

import dev.penstock.plan.RankAssigner;
import dev.penstock.plan.RankAssignment;
import java.util.Comparator;
import java.util.PriorityQueue;

/// Longest processing time first and nothing more: Graham, "Bounds on Multiprocessing Timing Anomalies", 1969.
final class LongestFirstAssigner implements RankAssigner {

    private record Rank(int number, long load) {}

    private final WholeRanks result = new WholeRanks();

    @Override
    public void assign(int[] lengths, int count, RankAssignment assignment) {
        PriorityQueue<Rank> byLoad =
                new PriorityQueue<>(Comparator.comparingLong(Rank::load).thenComparingInt(Rank::number));
        for (int rank = 0; rank < assignment.ranks(); rank++) {
            byLoad.add(new Rank(rank, 0));
        }
        result.begin(count, assignment.ranks());
        for (int item : LengthOrder.longestFirst(lengths, count)) {
            Rank least = byLoad.remove();
            result.put(item, lengths[item], least.number());
            byLoad.add(new Rank(least.number(), least.load() + lengths[item]));
        }
        result.writeTo(assignment);
    }
}
