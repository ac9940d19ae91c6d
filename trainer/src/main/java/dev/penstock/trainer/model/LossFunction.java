package dev.penstock.trainer.model;

import java.util.Optional;

/// What a model is trained by.
///
/// A loss is a sum over targets, not their mean: sums over micro-batches and ranks add up to the sum over the global
/// batch, however its samples are spread.
@FunctionalInterface
public interface LossFunction {

    /// The loss of one micro-batch; empty where it has no target. Called inside a scope that frees every tensor made
    /// here.
    Optional<Loss> loss(MicroBatch microBatch);
}
