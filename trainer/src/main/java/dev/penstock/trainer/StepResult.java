package dev.penstock.trainer;

/// What one training step did, over all ranks; the times are this rank's own.
///
/// @param lossSum in nats, over the global batch, before the update
/// @param targetCount predicted tokens of the global batch
/// @param gradientNorm of the gradient of the mean loss, before clipping; 0 without a target
/// @param computeNanos forward and backward of this rank's share
/// @param reduceNanos from the first part of the gradient that left until the sum over all ranks was there
/// @param exposedNanos of them, those in which the thread had nothing to compute
/// @param updateNanos clipping and the optimiser
public record StepResult(
        long step,
        StepOutcome outcome,
        double lossSum,
        long targetCount,
        double gradientNorm,
        double learningRate,
        long computeNanos,
        long reduceNanos,
        long exposedNanos,
        long updateNanos) {

    /// Mean loss in nats per predicted token; NaN where there was none.
    public double loss() {
        return lossSum / targetCount;
    }
}
