package dev.penstock.balance;

import dev.penstock.batch.Layout;
import dev.penstock.plan.RankAssigner;
import dev.penstock.plan.RankAssignment;

/// Cuts a global batch into contiguous runs, one per rank, whatever the lengths: `--balance off`.
///
/// Runs differ by at most one sample. Packed micro-batches follow the order too: a new one starts where the next sample
/// would pass the cap. Those of other layouts are cut as [ExactBalancer] cuts them. Makespan and bound are those of the
/// cost model, so the result compares with [ExactBalancer]. Confined to one thread; allocates only while batches grow.
public final class UnbalancedAssigner implements RankAssigner {

    private final SortedCosts costs;
    private final CostModel model;
    private final MicroBatchPolicy policy;
    private final MicroBatchCutting cutting;

    public UnbalancedAssigner(CostModel model, MicroBatchPolicy policy) {
        this.costs = new SortedCosts(model);
        this.model = model;
        this.policy = policy;
        this.cutting = new MicroBatchCutting(policy);
    }

    @Override
    public void assign(int[] lengths, int count, RankAssignment assignment) {
        costs.load(lengths, count);
        if (policy.layout() instanceof Layout.Packed) {
            cutInOrder(lengths, count, assignment);
        } else {
            cutting.cutInOrder(costs, assignment);
        }
        assignment.finish(makespan(lengths, count, assignment.ranks()), costs.lowerBound(assignment.ranks()));
    }

    private void cutInOrder(int[] lengths, int count, RankAssignment assignment) {
        if (count > 0) {
            policy.requireFits(costs.length(0));
        }
        int ranks = assignment.ranks();
        int most = 0;
        for (int rank = 0; rank < ranks; rank++) {
            most = Math.max(most, microBatches(lengths, start(rank, ranks, count), start(rank + 1, ranks, count)));
        }
        assignment.begin();
        for (int rank = 0; rank < ranks; rank++) {
            int from = start(rank, ranks, count);
            int to = start(rank + 1, ranks, count);
            policy.endRank(assignment, write(lengths, from, to, assignment), most);
        }
    }

    private long makespan(int[] lengths, int count, int ranks) {
        long makespan = 0;
        for (int rank = 0; rank < ranks; rank++) {
            makespan = Math.max(makespan, cost(lengths, start(rank, ranks, count), start(rank + 1, ranks, count)));
        }
        return makespan;
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
