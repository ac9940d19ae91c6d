package dev.penstock.trainer;

/// What became of the update of a step; the same on every rank.
public enum StepOutcome {

    /// The parameters moved.
    APPLIED,

    /// The loss or the gradient was not finite: parameters, buffers and optimiser are as they were, to the bit.
    SKIPPED,

    /// No rank had a target; nothing changed.
    NO_TARGET
}
