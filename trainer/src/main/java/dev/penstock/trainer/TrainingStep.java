package dev.penstock.trainer;

import dev.penstock.batch.Batch;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.DivergedException;
import dev.penstock.error.FailureMessage;
import dev.penstock.trainer.model.Loss;
import dev.penstock.trainer.model.LossFunction;
import dev.penstock.trainer.model.MicroBatch;
import dev.penstock.trainer.optimize.Optimizer;
import dev.penstock.trainer.optimize.Schedule;
import dev.penstock.trainer.tensor.Parameters;
import dev.penstock.trainer.world.Collective;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;

/// One optimiser step over one global batch, of which this rank has its share.
///
/// The gradient is that of the summed loss divided by the number of predicted tokens, both summed over all ranks. So
/// it does not depend on how samples are spread over ranks and micro-batches, and a rank without a token takes part
/// with weight zero. Micro-batches accumulate locally; the ranks meet once per step.
///
/// Every rank calls [#train(Batch)] for the same steps in the same order, empty batches included.
///
/// Threading: confined to one thread.
public final class TrainingStep {

    private final Parameters parameters;
    private final LossFunction loss;
    private final Collective collective;
    private final Optimizer optimizer;
    private final Schedule schedule;
    private final double maxGradientNorm;

    /// @param maxGradientNorm the gradient is shortened to this length; infinity never clips
    public TrainingStep(
            Parameters parameters,
            LossFunction loss,
            Collective collective,
            Optimizer optimizer,
            Schedule schedule,
            double maxGradientNorm) {
        if (!(maxGradientNorm > 0)) {
            throw new ConfigurationException(FailureMessage.of("training step")
                    .with("maxGradientNorm", maxGradientNorm)
                    .remedy("must be > 0"));
        }
        this.parameters = parameters;
        this.loss = loss;
        this.collective = collective;
        this.optimizer = optimizer;
        this.schedule = schedule;
        this.maxGradientNorm = maxGradientNorm;
    }

    /// Trains on one batch. Nothing refers to the batch afterwards.
    public StepResult train(Batch batch) {
        return train(batch, MicroBatchMeter.NONE);
    }

    /// The same, measured by micro-batch.
    public StepResult train(Batch batch, MicroBatchMeter meter) {
        long begin = System.nanoTime();
        parameters.zeroGradients();
        double lossSum = 0;
        long targetCount = 0;
        for (int microBatch = 0; microBatch < batch.microBatchCount(); microBatch++) {
            try (PointerScope _ = new PointerScope()) {
                long started = System.nanoTime();
                MicroBatch samples = new MicroBatch(batch, microBatch);
                ForwardEvent forward = ForwardEvent.begun(batch);
                Optional<Loss> found = loss.loss(samples);
                if (forward != null) {
                    forward.ended(microBatch, found.map(Loss::targetCount).orElse(0L));
                }
                if (found.isPresent()) {
                    BackwardEvent backward = BackwardEvent.begun(batch);
                    found.get().sum().backward();
                    if (backward != null) {
                        backward.ended(microBatch);
                    }
                    lossSum += found.get().sum().item_double();
                    targetCount += found.get().targetCount();
                    meter.computed(samples, System.nanoTime() - started);
                }
            }
        }
        long computed = System.nanoTime();
        ReduceEvent reduce = ReduceEvent.begun(batch);
        double[] totals = collective.sum(lossSum, (double) targetCount);
        collective.sum(parameters.gradients());
        shareBuffers();
        if (reduce != null) {
            reduce.ended(parameters.gradients().nbytes());
        }
        long reduced = System.nanoTime();
        double learningRate = schedule.learningRate(batch.step());
        UpdateEvent update = UpdateEvent.begun(batch);
        double norm = totals[1] == 0 ? 0 : update(batch.step(), totals[0], totals[1], learningRate);
        if (update != null) {
            update.ended(norm);
        }
        return new StepResult(
                batch.step(),
                totals[0],
                (long) totals[1],
                norm,
                learningRate,
                computed - begin,
                reduced - computed,
                System.nanoTime() - reduced);
    }

    /// Every rank goes on with the buffers of rank 0, so that they are part of what a checkpoint restores.
    private void shareBuffers() {
        try (PointerScope _ = new PointerScope()) {
            parameters.buffers().values().forEach(collective::broadcast);
        }
    }

    /// Scales the summed gradient to that of the mean, clips it, and moves the parameters.
    ///
    /// @return the norm before clipping
    private double update(long step, double lossSum, double targetCount, double learningRate) {
        try (PointerScope _ = new PointerScope()) {
            double norm = parameters.gradients().norm().item_double() / targetCount;
            if (!Double.isFinite(norm) || !Double.isFinite(lossSum)) {
                throw new DivergedException(FailureMessage.of("training step")
                        .with("step", step)
                        .with("loss", lossSum / targetCount)
                        .with("gradientNorm", norm)
                        .with("learningRate", learningRate)
                        .remedy("resume from the last checkpoint with a lower learning rate"));
            }
            double clip = Math.min(1, maxGradientNorm / norm);
            parameters.gradients().mul_(new Scalar(clip / targetCount));
            optimizer.step(learningRate);
            return norm;
        }
    }
}
