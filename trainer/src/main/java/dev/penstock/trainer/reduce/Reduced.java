package dev.penstock.trainer.reduce;

import org.bytedeco.pytorch.Tensor;

/// What the units and ranks of a step have in common once their gradients are summed; the times are this rank's own.
///
/// @param totals float64 `[2]`: the sum of the losses and the number of targets; the reduction's own, until the next
///     step begins
/// @param inFlightNanos from the departure of the first bucket until the last one was back
/// @param exposedNanos of them, those that the training thread waited for, with nothing left to compute
public record Reduced(Tensor totals, long inFlightNanos, long exposedNanos) {}
