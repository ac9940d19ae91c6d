package dev.penstock.batch;

/// What becomes of a sample that is longer than a row of fixed length.
public enum LongerThanRow {
    /// It begins a row, goes on in the next ones of the same micro-batch, and shares the last: nothing is cut off.
    SPLIT,
    /// The run ends with an error that says how long it is.
    REFUSE
}
