package dev.penstock.balance;

import dev.penstock.plan.RankAssigner;
import dev.penstock.plan.RankAssignment;

/// Spreads a global batch so that the fullest rank has as little to do as can be found; exact in that every sample
/// stays in its step.
///
/// Permuting samples among ranks and micro-batches of one global batch leaves the token-weighted gradient as it was.
/// Longest first, then refined; where that misses the lower bound, largest slack first, refined, and the better of the
/// two. All ties are broken by the order of the global batch, so equal lengths give equal plans in every process.
/// The items of a packed micro-batch are in the order of the global batch. Confined to one thread; allocates only while
/// batches grow.
public final class ExactBalancer implements RankAssigner {

    /// Loads this close to the bound, a part in 32,768 of it, count as having reached it: a thirtieth of the promised
    /// thousandth, and less than step times can be measured to. Bounds below that are met exactly or searched for.
    private static final int TOLERANCE_SHIFT = 15;

    private final SortedCosts costs;
    private final RankSpeeds speeds;
    private final MicroBatchCutting cutting;
    private final ListScheduling scheduling = new ListScheduling();
    private final LoadRefinement refinement = new LoadRefinement();
    private final Schedule longestFirst = new Schedule();
    private final Schedule largestSlackFirst = new Schedule();

    public ExactBalancer(CostModel model, MicroBatchPolicy policy) {
        this(model, policy, RankSpeeds.EQUAL);
    }

    /// @param speeds of the ranks; makespan and lower bound are then in units of time, see [RankSpeeds]
    public ExactBalancer(CostModel model, MicroBatchPolicy policy, RankSpeeds speeds) {
        this.costs = new SortedCosts(model);
        this.speeds = speeds;
        this.cutting = new MicroBatchCutting(policy);
    }

    @Override
    public void assign(int[] lengths, int count, RankAssignment assignment) {
        costs.load(lengths, count);
        costs.leaveRoomFor(speeds.slowest());
        long bound = speeds.lowerBound(costs, assignment.ranks());
        Schedule best = schedule(assignment.ranks(), bound + (bound >>> TOLERANCE_SHIFT));
        cutting.cut(costs, best, assignment);
        assignment.finish(best.makespan(), bound);
    }

    private Schedule schedule(int ranks, long target) {
        scheduling.longestFirst(costs, ranks, speeds, longestFirst);
        refinement.refine(costs, longestFirst, target);
        if (longestFirst.makespan() <= target) {
            return longestFirst;
        }
        scheduling.largestSlackFirst(costs, ranks, speeds, largestSlackFirst);
        refinement.refine(costs, largestSlackFirst, target);
        return largestSlackFirst.makespan() < longestFirst.makespan() ? largestSlackFirst : longestFirst;
    }
}
