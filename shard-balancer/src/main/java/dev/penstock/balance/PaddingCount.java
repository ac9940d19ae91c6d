package dev.penstock.balance;

import dev.penstock.batch.Layout;
import dev.penstock.plan.RankAssignment;
import dev.penstock.plan.SamplePlacement;

/// How much of what is computed is padding, over assignments under one layout.
///
/// Counts what a loader delivers for the same assignments, where samples have one field or count by one. Allocates, so
/// meant for reports. Confined to one thread.
public final class PaddingCount {

    private final Layout layout;
    private final SamplePlacement placement = new SamplePlacement();
    private long tokens;
    private long elements;
    private long microBatches;

    public PaddingCount(Layout layout) {
        this.layout = layout;
    }

    /// Adds a step.
    ///
    /// @param lengths of the items of the global batch
    public void add(int[] lengths, RankAssignment assignment) {
        for (int rank = 0; rank < assignment.ranks(); rank++) {
            int first = assignment.firstMicroBatch(rank);
            int count = assignment.microBatchCount(rank);
            int from = assignment.firstItem(first);
            int[] starts = new int[count + 1];
            for (int m = 0; m <= count; m++) {
                starts[m] = assignment.firstItem(first + m) - from;
            }
            int[] ofRank = new int[starts[count]];
            for (int i = 0; i < ofRank.length; i++) {
                ofRank[i] = lengths[assignment.item(from + i)];
                tokens += ofRank[i];
            }
            placement.place(layout, ofRank, ofRank, starts, count);
            elements += placement.elements();
            microBatches += count;
        }
    }

    public Layout layout() {
        return layout;
    }

    /// Elements of all micro-batches, padding included.
    public long elements() {
        return elements;
    }

    /// Micro-batches of all ranks.
    public long microBatches() {
        return microBatches;
    }

    /// Share of the elements that belong to no sample; 0 when there are none.
    public double share() {
        return elements == 0 ? 0 : 1 - (double) tokens / elements;
    }
}
