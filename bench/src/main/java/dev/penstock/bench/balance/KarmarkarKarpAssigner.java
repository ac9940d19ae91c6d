package dev.penstock.bench.balance;

import dev.penstock.plan.RankAssigner;
import dev.penstock.plan.RankAssignment;
import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;

/// The largest differencing method for any number of ranks, as other loaders balance with.
///
/// Karmarkar and Karp, "The Differencing Method of Set Partitioning", UCB/CSD 82/113, 1982. Every item begins as a
/// partial solution of its own; the two with the largest differences between their fullest and emptiest rank are
/// merged, the fullest of one onto the emptiest of the other, until one is left. With R ranks a merge costs
/// R log R and there are as many as items.
final class KarmarkarKarpAssigner implements RankAssigner {

    private static final int NONE = -1;

    /// Which items are together, as chains, so that a merge of two sets is a link.
    private static final class Chains {

        private final int[] next;

        Chains(int count) {
            next = new int[count];
            Arrays.fill(next, NONE);
        }

        /// The first set, followed by the second.
        Set join(Set first, Set second) {
            if (first.head == NONE) {
                return second;
            }
            if (second.head == NONE) {
                return first;
            }
            next[first.tail] = second.head;
            return new Set(first.load + second.load, first.head, second.tail);
        }
    }

    /// Items of one rank in a partial solution.
    private record Set(long load, int head, int tail) {

        private static final Set EMPTY = new Set(0, NONE, NONE);
    }

    /// @param sets one for each rank, the fullest first
    private record Partial(Set[] sets, int number) {

        long difference() {
            return sets[0].load - sets[sets.length - 1].load;
        }
    }

    private final WholeRanks result = new WholeRanks();

    @Override
    public void assign(int[] lengths, int count, RankAssignment assignment) {
        int ranks = assignment.ranks();
        result.begin(count, ranks);
        if (count > 0) {
            Chains chains = new Chains(count);
            Partial whole = merged(lengths, count, ranks, chains);
            for (int rank = 0; rank < ranks; rank++) {
                for (int item = whole.sets[rank].head; item != NONE; item = chains.next[item]) {
                    result.put(item, lengths[item], rank);
                }
            }
        }
        result.writeTo(assignment);
    }

    private static Partial merged(int[] lengths, int count, int ranks, Chains chains) {
        PriorityQueue<Partial> byDifference = new PriorityQueue<>(
                Comparator.comparingLong(Partial::difference).reversed().thenComparingInt(Partial::number));
        for (int item = 0; item < count; item++) {
            Set[] sets = new Set[ranks];
            Arrays.fill(sets, Set.EMPTY);
            sets[0] = new Set(lengths[item], item, item);
            byDifference.add(new Partial(sets, item));
        }
        while (byDifference.size() > 1) {
            Partial first = byDifference.remove();
            Partial second = byDifference.remove();
            Set[] sets = new Set[ranks];
            for (int rank = 0; rank < ranks; rank++) {
                sets[rank] = chains.join(first.sets[rank], second.sets[ranks - 1 - rank]);
            }
            Arrays.sort(sets, Comparator.comparingLong(Set::load).reversed());
            byDifference.add(new Partial(sets, first.number));
        }
        return byDifference.remove();
    }
}
