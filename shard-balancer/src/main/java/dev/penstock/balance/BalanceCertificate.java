package dev.penstock.balance;

import dev.penstock.batch.Layout;
import dev.penstock.plan.RankAssignment;
import java.util.Locale;

/// Proof of how well one step is balanced: what was achieved, what cannot be beaten and why, and what would help.
///
/// Computed from the lengths and the finished assignment alone; nothing the assigner reported is believed. Meant for
/// reports: it sorts and allocates, where a step's hot path reads [RankAssignment#makespan()] and
/// [RankAssignment#lowerBound()].
///
/// @param ranks number of ranks, empty ones included
/// @param items number of samples
/// @param totalCost sum of all costs
/// @param largestItem cost of the dearest sample
/// @param makespan cost of the fullest rank
/// @param lowerBound no assignment of these samples to these ranks has a smaller makespan
/// @param binding which bound that is; where several are equal the mean if it needed no rounding, else the largest item
/// @param sharing how many samples have to share a rank for the bound to hold; 1 unless that is what binds
/// @param paddingShare share of the computed elements that are padding; 0 when micro-batches are packed
public record BalanceCertificate(
        int ranks,
        int items,
        long totalCost,
        long largestItem,
        long makespan,
        long lowerBound,
        BindingBound binding,
        int sharing,
        double paddingShare) {

    /// The certificate of an assignment whose micro-batches are packed without padding.
    ///
    /// @param model the cost to certify by
    /// @param lengths length of each item of the global batch
    public static BalanceCertificate packed(CostModel model, int[] lengths, RankAssignment assignment) {
        return of(model, lengths, assignment, new Layout.Packed());
    }

    /// The certificate of an assignment whose micro-batches have a layout.
    ///
    /// @param layout that the assigner went by too
    public static BalanceCertificate of(CostModel model, int[] lengths, RankAssignment assignment, Layout layout) {
        int items = assignment.itemCount();
        int ranks = assignment.ranks();
        SortedCosts costs = new SortedCosts(model);
        costs.load(lengths, items);
        BindingBound binding = binding(costs, ranks);
        PaddingCount padding = new PaddingCount(layout);
        padding.add(lengths, assignment);
        return new BalanceCertificate(
                ranks,
                items,
                costs.total(),
                costs.largestItemBound(),
                makespan(model, lengths, assignment),
                costs.lowerBound(ranks),
                binding,
                binding == BindingBound.SHARED_RANK ? costs.sharing(ranks) : 1,
                padding.share());
    }

    private static long makespan(CostModel model, int[] lengths, RankAssignment assignment) {
        long makespan = 0;
        for (int rank = 0; rank < assignment.ranks(); rank++) {
            int end = assignment.firstItem(assignment.firstMicroBatch(rank + 1));
            long load = 0;
            for (int i = assignment.firstItem(assignment.firstMicroBatch(rank)); i < end; i++) {
                load += model.cost(lengths[assignment.item(i)]);
            }
            makespan = Math.max(makespan, load);
        }
        return makespan;
    }

    private static BindingBound binding(SortedCosts costs, int ranks) {
        long bound = costs.lowerBound(ranks);
        if (costs.total() % ranks == 0 && costs.total() / ranks == bound) {
            return BindingBound.MEAN;
        }
        if (costs.largestItemBound() == bound) {
            return BindingBound.LARGEST_ITEM;
        }
        return costs.sharedRankBound(ranks) == bound ? BindingBound.SHARED_RANK : BindingBound.MEAN;
    }

    /// Achieved cost over its lower bound: 1 is proven optimal. 1 when there is nothing to do.
    public double ratio() {
        return lowerBound == 0 ? 1 : (double) makespan / lowerBound;
    }

    /// Share of all ranks' time spent waiting for the fullest one. 0 when there is nothing to do.
    public double idleShare() {
        return makespan == 0 ? 0 : 1 - meanLoad() / makespan;
    }

    /// Load of a rank if all were equal.
    public double meanLoad() {
        return (double) totalCost / ranks;
    }

    /// One sentence: where the larger part of the idle time comes from, and what would help.
    public String advice() {
        if (makespan - lowerBound > lowerBound - meanLoad()) {
            return String.format(
                    Locale.ROOT,
                    "the fullest rank has %.2f %% more than its lower bound: another assignment gains that at most",
                    100 * (ratio() - 1));
        }
        return switch (binding) {
            case MEAN ->
                totalCost % ranks == 0
                        ? "all ranks finish together: nothing is left to gain"
                        : "ranks differ by less than one unit of cost: nothing is left to gain";
            case LARGEST_ITEM -> items < ranks ? adviceOnEmptyRanks() : adviceOnLargestItem();
            case SHARED_RANK -> adviceOnSharedRank();
        };
    }

    private String adviceOnEmptyRanks() {
        return String.format(
                Locale.ROOT,
                "%d samples leave %d of %d ranks idle: only a larger global batch or fewer ranks helps",
                items,
                ranks - items,
                ranks);
    }

    private String adviceOnLargestItem() {
        return String.format(
                Locale.ROOT,
                "one sample is %.0f %% of the mean rank load: only delay or splitting helps",
                100.0 * lowerBound / meanLoad());
    }

    /// Delay moves what alone is most of a rank's load; of three or more samples that share one, none is.
    private String adviceOnSharedRank() {
        return String.format(
                Locale.ROOT,
                "%d of the %d largest samples share a rank and are %.0f %% of the mean rank load: only %s helps",
                sharing,
                (sharing - 1) * ranks + 1,
                100.0 * lowerBound / meanLoad(),
                sharing == 2
                        ? "delay, splitting or a larger global batch"
                        : "splitting or another size of the global batch");
    }
}
