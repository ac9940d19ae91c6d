package dev.penstock.trainer;

/// What one training step did, over all ranks; the times are this rank's own.
///
/// @param lossSum in nats, over the global batch, before the update
/// @param targetCount predicted tokens of the global batch; with 0 nothing was updated
/// @param gradientNorm of the gradient of the mean loss, before clipping
/// @param computeNanos forward and backward over the micro-batches
/// @param reduceNanos waiting for, and summing with, the other ranks
/// @param updateNanos clipping and the optimiser
public record StepResult(
        long step,
        double lossSum,
        long targetCount,
        double gradientNorm,
        double learningRate,
        long computeNanos,
        long reduceNanos,
        long updateNanos) {

    /// Mean loss in nats per predicted token; NaN where there was none.
    public double loss() {
        return lossSum / targetCount;
    }
}
