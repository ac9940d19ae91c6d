package dev.penstock.trainer;

/// What the parts of a step took on this rank's thread; see [StepResult].
record StepTimes(long computeNanos, long reduceNanos, long exposedNanos, long updateNanos) {}
