package dev.penstock.trainer;

/// What a [TrainingStep] has done so far.
///
/// @param skippedSteps whose loss or gradient was not finite, of those that are known
/// @param lateReads results that were read with younger steps behind them, when they had long been computed
/// @param blockingReads values that the host waited for: results that were asked for at once
public record StepCounters(long steps, long skippedSteps, long lateReads, long blockingReads) {}
