package dev.penstock.plan;

import java.util.Arrays;

/// Who gets which item of a global batch: the result of a [RankAssigner], reusable from step to step.
///
/// Two levels of compressed rows. Micro-batches are numbered over all ranks, rank by rank; rank `r` owns
/// micro-batches `[firstMicroBatch(r), firstMicroBatch(r + 1))`, and micro-batch `m` holds items
/// `item(i)` for `i` in `[firstItem(m), firstItem(m + 1))`.
///
/// ```
/// ranks         0           1
/// microBatches  0     1     2
/// items         4 0 | 2   | 1 3 5
/// ```
///
/// Filled by appending: [#begin], then per rank [#beginMicroBatch] and [#append], then [#endRank]; [#finish] last.
/// Confined to one thread. Grows to the largest batch seen and allocates nothing afterwards.
public final class RankAssignment {

    private final int ranks;
    private final int[] firstMicroBatch;
    private int[] firstItem = new int[17];
    private int[] items = new int[64];
    private int rank;
    private int microBatchCount;
    private int itemCount;
    private long makespan;
    private long lowerBound;

    public RankAssignment(int ranks) {
        if (ranks < 1) {
            throw new IllegalArgumentException("ranks must be at least 1, was " + ranks);
        }
        this.ranks = ranks;
        this.firstMicroBatch = new int[ranks + 1];
    }

    /// Forgets the previous result.
    public void begin() {
        rank = 0;
        microBatchCount = 0;
        itemCount = 0;
        firstMicroBatch[0] = 0;
    }

    /// Opens the next micro-batch of the current rank.
    public void beginMicroBatch() {
        if (microBatchCount + 2 > firstItem.length) {
            firstItem = Arrays.copyOf(firstItem, firstItem.length * 2);
        }
        firstItem[microBatchCount++] = itemCount;
    }

    /// Puts an item at the end of the open micro-batch.
    public void append(int item) {
        if (itemCount == items.length) {
            items = Arrays.copyOf(items, items.length * 2);
        }
        items[itemCount++] = item;
    }

    /// Closes the current rank; a rank without a micro-batch is empty.
    public void endRank() {
        firstMicroBatch[++rank] = microBatchCount;
    }

    /// Closes the assignment with its certificate.
    ///
    /// @param makespan cost of the fullest rank
    /// @param lowerBound a cost below which no assignment of these items to these ranks can bring the fullest rank
    public void finish(long makespan, long lowerBound) {
        if (rank != ranks) {
            throw new IllegalStateException("assignment has " + rank + " of " + ranks + " ranks");
        }
        firstItem[microBatchCount] = itemCount;
        this.makespan = makespan;
        this.lowerBound = lowerBound;
    }

    public int ranks() {
        return ranks;
    }

    public int itemCount() {
        return itemCount;
    }

    /// Micro-batches of one rank; 0 when the rank has no items.
    public int microBatchCount(int rank) {
        return firstMicroBatch[rank + 1] - firstMicroBatch[rank];
    }

    public int firstMicroBatch(int rank) {
        return firstMicroBatch[rank];
    }

    public int firstItem(int microBatch) {
        return firstItem[microBatch];
    }

    /// The item at a position of the rank-major sequence, as its index in the global batch.
    public int item(int position) {
        return items[position];
    }

    /// Cost of the fullest rank.
    public long makespan() {
        return makespan;
    }

    /// The proven lower bound on [#makespan()].
    public long lowerBound() {
        return lowerBound;
    }

    /// Achieved cost over its lower bound: 1 is proven optimal. 1 for an empty batch.
    public double balanceRatio() {
        return lowerBound == 0 ? 1 : (double) makespan / lowerBound;
    }
}
