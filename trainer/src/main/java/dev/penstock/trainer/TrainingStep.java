package dev.penstock.trainer;

import dev.penstock.batch.Batch;
import dev.penstock.trainer.model.Loss;
import dev.penstock.trainer.model.LossFunction;
import dev.penstock.trainer.model.MicroBatch;
import dev.penstock.trainer.optimize.Optimizer;
import dev.penstock.trainer.optimize.Schedule;
import dev.penstock.trainer.reduce.GradientReduction;
import dev.penstock.trainer.reduce.Reduced;
import dev.penstock.trainer.tensor.Parameters;
import dev.penstock.trainer.world.Collective;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// One optimiser step over one global batch, of which this rank has its share.
///
/// The gradient is that of the summed loss divided by the number of predicted tokens, both summed over all ranks. So
/// it does not depend on how samples are spread over ranks and micro-batches, and a rank without a token takes part
/// with weight zero. Micro-batches accumulate locally; the ranks meet once per step.
///
/// A step whose loss or gradient is not finite changes nothing, on any rank: the update is computed, and then taken or
/// not by a flag that is computed with it. The host reads flag, loss and norm some steps later, so that it never waits
/// for the device; too many skipped steps in a row end the run with
/// [DivergedException][dev.penstock.error.DivergedException].
///
/// Every rank calls [#train(Batch)] for the same steps in the same order, empty batches included, and [#settle()] after
/// the same steps.
///
/// Threading: confined to one thread.
public final class TrainingStep {

    private final Parameters parameters;
    private final LossFunction loss;
    private final GradientReduction reduction;
    private final Optimizer optimizer;
    private final Schedule schedule;
    private final StepSettings settings;
    private final StepBuffers buffers;
    private final LateResults results;
    private final Tensor maxGradientNorm;

    /// @param reduction of the same parameters, over the same ranks; the caller closes it
    public TrainingStep(
            Parameters parameters,
            LossFunction loss,
            Collective ranks,
            GradientReduction reduction,
            Optimizer optimizer,
            Schedule schedule,
            StepSettings settings) {
        this.parameters = parameters;
        this.loss = loss;
        this.reduction = reduction;
        this.optimizer = optimizer;
        this.schedule = schedule;
        this.settings = settings;
        buffers = new StepBuffers(parameters, ranks);
        results = new LateResults(settings.maxSkippedSteps());
        maxGradientNorm =
                torch.scalar_tensor(new Scalar(settings.maxGradientNorm()), new TensorOptions(ScalarType.Double));
    }

    /// Trains on one batch. Nothing refers to the batch afterwards.
    ///
    /// @return the results that are known by now, oldest first: of steps before this one, by the lag of the settings
    public List<StepResult> train(Batch batch) {
        return train(batch, MicroBatchMeter.NONE);
    }

    /// The same, measured by micro-batch.
    public List<StepResult> train(Batch batch, MicroBatchMeter meter) {
        long begin = System.nanoTime();
        buffers.begin();
        List<MicroBatch> units = reduction.unit().of(batch);
        reduction.begin(units.size());
        for (int unit = 0; unit < units.size(); unit++) {
            compute(unit, units.get(unit), meter);
        }
        long computed = System.nanoTime();
        Reduced reduced = reduction.finish();
        long summed = System.nanoTime();
        buffers.share();
        long shared = System.nanoTime();
        double learningRate = schedule.learningRate(batch.step());
        StepValues values = update(reduced.totals(), learningRate);
        StepTimes times = new StepTimes(
                computed - begin,
                reduced.inFlightNanos() + shared - summed,
                reduced.exposedNanos() + shared - summed,
                System.nanoTime() - shared);
        results.add(batch.step(), learningRate, times, values);
        return results.settle(settings.resultLag());
    }

    private void compute(int unit, MicroBatch samples, MicroBatchMeter meter) {
        try (PointerScope _ = new PointerScope()) {
            long started = System.nanoTime();
            Optional<Loss> found = loss.loss(samples);
            if (found.isPresent()) {
                reduction.backward(unit, found.get());
                meter.computed(samples, System.nanoTime() - started);
            }
        }
    }

    /// Scales the summed gradient to that of the mean, clips it, and moves the parameters unless something is not
    /// finite. Without a target the norm is 0/0, and so nothing moves.
    private StepValues update(Tensor totals, double learningRate) {
        try (PointerScope _ = new PointerScope();
                NoGradGuard _ = new NoGradGuard()) {
            Tensor lossSum = totals.select(0, 0);
            Tensor targetCount = totals.select(0, 1);
            Tensor norm = parameters.gradients().norm().to(ScalarType.Double).div_(targetCount);
            Tensor applies = norm.isfinite().logical_and_(lossSum.isfinite());
            Tensor clip = maxGradientNorm.div(norm).clamp_max_(new Scalar(1.0));
            parameters.gradients().mul_(clip.div_(targetCount));
            optimizer.step(learningRate, applies);
            buffers.settle(applies);
            return StepValues.of(lossSum, targetCount, norm, applies);
        }
    }

    /// The results of all steps that are left, oldest first; waits for them.
    public List<StepResult> settle() {
        return results.settle(0);
    }

    public StepCounters counters() {
        return results.counters();
    }
}
