package dev.penstock.trainer.model;

import org.bytedeco.pytorch.Tensor;

/// The loss of packed samples, as a differentiable scalar.
///
/// It is the sum over the samples' targets, not their mean: sums over micro-batches and ranks add up to the sum over
/// the global batch, however its samples are spread.
@FunctionalInterface
public interface LossFunction {

    /// Called inside a scope that frees every tensor made here; never called for samples without a target.
    Tensor lossSum(PackedSamples samples);
}
