package dev.penstock.balance;

import dev.penstock.plan.RankAssignment;

/// Makes an assignment of items that are divided among ranks: cuts each share into micro-batches and evens out their
/// number where the policy says so.
///
/// Reusable; allocates only while batches grow. Confined to one thread.
final class MicroBatchCutting {

    private final MicroBatchPolicy policy;
    private final SharePacking packing;
    private final RankShares shares = new RankShares();
    private final MicroBatchList list = new MicroBatchList();

    MicroBatchCutting(MicroBatchPolicy policy) {
        this.policy = policy;
        this.packing = SharePacking.of(policy);
    }

    /// Cuts what a schedule gives each rank. [RankAssignment#finish] has yet to close the assignment.
    void cut(SortedCosts costs, Schedule schedule, RankAssignment assignment) {
        shares.divide(costs, schedule);
        cutShares(costs, assignment);
    }

    /// Cuts contiguous runs of equally many items.
    void cutInOrder(SortedCosts costs, RankAssignment assignment) {
        shares.divideInOrder(costs, assignment.ranks());
        cutShares(costs, assignment);
    }

    private void cutShares(SortedCosts costs, RankAssignment assignment) {
        if (costs.count() > 0) {
            policy.requireFits(costs.length(0));
        }
        packing.pack(costs, shares, list);
        list.writeTo(assignment, policy);
    }
}
