package dev.penstock.trainer.model;

import org.bytedeco.pytorch.Tensor;

/// The loss of a micro-batch.
///
/// @param sum over its targets; a differentiable scalar
/// @param targetCount what the sum is divided by in the end, over all ranks
public record Loss(Tensor sum, long targetCount) {}
