package dev.penstock.balance;

/// Whether ranks may run different numbers of micro-batches in one step.
public enum MicroBatchCounts {
    /// Each rank has as many as its samples need; an empty rank has none. For trainers that communicate once per step.
    FREE,
    /// Every rank has as many as the rank that needs most; the rest are empty micro-batches at the end of a rank. For
    /// trainers that communicate in every micro-batch, as sharded models do, and would hang when counts differ.
    EQUAL
}
