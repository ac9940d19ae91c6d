package dev.penstock.laws;

import dev.penstock.plan.RankAssigner;
import dev.penstock.plan.RankAssignment;

/// Deals items to ranks like cards and cuts each hand into micro-batches of a fixed number of items.
///
/// The simplest assigner that moves items across ranks and makes several micro-batches; for tests of what comes after.
public final class RoundRobinAssigner implements RankAssigner {

    private final int itemsPerMicroBatch;

    public RoundRobinAssigner(int itemsPerMicroBatch) {
        this.itemsPerMicroBatch = itemsPerMicroBatch;
    }

    @Override
    public void assign(int[] lengths, int count, RankAssignment assignment) {
        int ranks = assignment.ranks();
        long total = 0;
        long fullest = 0;
        assignment.begin();
        for (int rank = 0; rank < ranks; rank++) {
            long load = 0;
            int inMicroBatch = itemsPerMicroBatch;
            for (int item = rank; item < count; item += ranks) {
                if (inMicroBatch == itemsPerMicroBatch) {
                    assignment.beginMicroBatch();
                    inMicroBatch = 0;
                }
                assignment.append(item);
                inMicroBatch++;
                load += lengths[item];
            }
            assignment.endRank();
            fullest = Math.max(fullest, load);
            total += load;
        }
        assignment.finish(fullest, Math.ceilDiv(total, ranks));
    }
}
