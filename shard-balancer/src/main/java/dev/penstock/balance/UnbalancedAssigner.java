package dev.penstock.balance;

import dev.penstock.plan.RankAssigner;
import dev.penstock.plan.RankAssignment;

/// Cuts a global batch into contiguous runs, one per rank, whatever the lengths: `--balance off`.
///
/// Runs differ by at most one sample. Micro-batches follow the order too: a new one starts where the next sample would
/// pass the cap. Makespan and bound are those of the cost model, so the result compares with [ExactBalancer].
/// Confined to one thread; allocates only while batches grow.
public final class UnbalancedAssigner implements RankAssigner {

    private final SortedCosts costs;
    private final CostModel model;
    private final MicroBatchPolicy policy;

    public UnbalancedAssigner(CostModel model, MicroBatchPolicy policy) {
        this.costs = new SortedCosts(model);
        this.model = model;
        this.policy = policy;
    }

    @Override
    public void assign(int[] lengths, int count, RankAssignment assignment) {
        costs.load(lengths, count);
        if (count > 0) {
            policy.requireFits(costs.item(0), costs.length(0));
        }
        int ranks = assignment.ranks();
        int most = 0;
        for (int rank = 0; rank < ranks; rank++) {
            most = Math.max(most, microBatches(lengths, start(rank, ranks, count), start(rank + 1, ranks, count)));
        }
        assignment.begin();
        long makespan = 0;
        for (int rank = 0; rank < ranks; rank++) {
            int from = start(rank, ranks, count);
            int to = start(rank + 1, ranks, count);
            makespan = Math.max(makespan, cost(lengths, from, to));
            policy.endRank(assignment, write(lengths, from, to, assignment), most);
        }
        assignment.finish(makespan, costs.lowerBound(ranks));
    }

    private static int start(int rank, int ranks, int count) {
        return (int) ((long) rank * count / ranks);
    }

    private long cost(int[] lengths, int from, int to) {
        long cost = 0;
        for (int item = from; item < to; item++) {
            cost += model.cost(lengths[item]);
        }
        return cost;
    }

    private int write(int[] lengths, int from, int to, RankAssignment assignment) {
        int microBatches = 0;
        int item = from;
        while (item < to) {
            int end = endOfMicroBatch(lengths, item, to);
            assignment.beginMicroBatch();
            while (item < end) {
                assignment.append(item++);
            }
            microBatches++;
        }
        return microBatches;
    }

    private int microBatches(int[] lengths, int from, int to) {
        int microBatches = 0;
        for (int item = from; item < to; item = endOfMicroBatch(lengths, item, to)) {
            microBatches++;
        }
        return microBatches;
    }

    private int endOfMicroBatch(int[] lengths, int from, int to) {
        long room = policy.maxTokens() - lengths[from];
        int item = from + 1;
        while (item < to && lengths[item] <= room) {
            room -= lengths[item++];
        }
        return item;
    }
}
