package dev.penstock.cli.train;

import dev.penstock.trainer.optimize.AdamWOptimizer;
import dev.penstock.trainer.optimize.AdamWSettings;
import dev.penstock.trainer.optimize.Constant;
import dev.penstock.trainer.optimize.Cosine;
import dev.penstock.trainer.optimize.LinearWarmUp;
import dev.penstock.trainer.optimize.OneCycle;
import dev.penstock.trainer.optimize.Optimizer;
import dev.penstock.trainer.optimize.Schedule;
import dev.penstock.trainer.optimize.SgdOptimizer;
import dev.penstock.trainer.optimize.SgdSettings;
import dev.penstock.trainer.tensor.Parameters;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The part of a recipe that says how its parameters move.
///
/// @param peakRate highest learning rate, of a batch of `scaleFromBatch` samples
/// @param warmUpShare part of the steps until the peak is reached
/// @param finalShare last rate over the peak
/// @param beta1 of AdamW: decay of the mean of gradients
/// @param beta2 of AdamW: decay of the mean of squared gradients
/// @param epsilon of AdamW
/// @param momentum of SGD
/// @param maxGradientNorm longer gradients are shortened to it
/// @param scaleFromBatch with another batch the rate is multiplied by the ratio of both, and the warm-up starts at the
///     rate of the smaller one (Goyal et al. 2017, "Accurate, Large Minibatch SGD"); empty leaves the rate as it is
record Optimization(
        OptimizerKind optimizer,
        ScheduleKind schedule,
        double peakRate,
        double warmUpShare,
        double finalShare,
        double weightDecay,
        double beta1,
        double beta2,
        double epsilon,
        double momentum,
        double maxGradientNorm,
        Optional<Integer> scaleFromBatch,
        Arithmetic arithmetic) {

    private static final String OPTIMIZER = "optimizer";
    private static final String SCHEDULE = "schedule";
    private static final String PEAK_RATE = "peak-rate";
    private static final String WARM_UP_SHARE = "warm-up-share";
    private static final String FINAL_SHARE = "final-share";
    private static final String WEIGHT_DECAY = "weight-decay";
    private static final String BETA1 = "beta1";
    private static final String BETA2 = "beta2";
    private static final String EPSILON = "epsilon";
    private static final String MOMENTUM = "momentum";
    private static final String MAX_GRADIENT_NORM = "max-gradient-norm";
    private static final String SCALE_FROM_BATCH = "scale-from-batch";

    static final List<String> KEYS = Stream.concat(
                    Stream.of(
                            OPTIMIZER,
                            SCHEDULE,
                            PEAK_RATE,
                            WARM_UP_SHARE,
                            FINAL_SHARE,
                            WEIGHT_DECAY,
                            BETA1,
                            BETA2,
                            EPSILON,
                            MOMENTUM,
                            MAX_GRADIENT_NORM,
                            SCALE_FROM_BATCH),
                    Arithmetic.KEYS.stream())
            .toList();

    Optimization {
        Recipe.require(peakRate > 0 && Double.isFinite(peakRate), PEAK_RATE, peakRate, "must be above 0");
        Recipe.require(warmUpShare >= 0 && warmUpShare < 1, WARM_UP_SHARE, warmUpShare, "must be in [0, 1)");
        Recipe.require(finalShare >= 0 && finalShare <= 1, FINAL_SHARE, finalShare, "must be in [0, 1]");
        Recipe.require(
                weightDecay >= 0 && Double.isFinite(weightDecay), WEIGHT_DECAY, weightDecay, "must be at least 0");
        Recipe.require(beta1 >= 0 && beta1 < 1, BETA1, beta1, "must be in [0, 1)");
        Recipe.require(beta2 >= 0 && beta2 < 1, BETA2, beta2, "must be in [0, 1)");
        Recipe.require(epsilon > 0 && Double.isFinite(epsilon), EPSILON, epsilon, "must be above 0");
        Recipe.require(momentum >= 0 && momentum < 1, MOMENTUM, momentum, "must be in [0, 1)");
        Recipe.require(maxGradientNorm > 0, MAX_GRADIENT_NORM, maxGradientNorm, "must be above 0");
        Recipe.require(scaleFromBatch.orElse(1) >= 1, SCALE_FROM_BATCH, scaleFromBatch.orElse(0), "must be at least 1");
    }

    static Optimization of(RecipeFile file) {
        return new Optimization(
                file.constant(OPTIMIZER, OptimizerKind.values()),
                file.constant(SCHEDULE, ScheduleKind.values()),
                file.number(PEAK_RATE, Double::valueOf),
                file.number(WARM_UP_SHARE, Double::valueOf),
                file.number(FINAL_SHARE, Double::valueOf),
                file.number(WEIGHT_DECAY, Double::valueOf),
                file.number(BETA1, Double::valueOf),
                file.number(BETA2, Double::valueOf),
                file.number(EPSILON, Double::valueOf),
                file.number(MOMENTUM, Double::valueOf),
                file.number(MAX_GRADIENT_NORM, Double::valueOf),
                file.yaml().value(SCALE_FROM_BATCH).map(_ -> file.number(SCALE_FROM_BATCH, Integer::valueOf)),
                Arithmetic.of(file));
    }

    /// Text that only equal ones share.
    String digest() {
        return "optimizer=" + RecipeFile.text(optimizer) + " schedule=" + RecipeFile.text(schedule) + " peakRate="
                + peakRate
                + " warmUpShare=" + warmUpShare + " finalShare=" + finalShare + " weightDecay=" + weightDecay
                + " beta1=" + beta1 + " beta2=" + beta2 + " epsilon=" + epsilon
                + " momentum=" + momentum + " maxGradientNorm=" + maxGradientNorm + " scaleFromBatch="
                + scaleFromBatch.map(String::valueOf).orElse("none") + " " + arithmetic.digest();
    }

    /// @param batch samples in a global batch
    Schedule schedule(long totalSteps, int batch) {
        double scale =
                scaleFromBatch.map(reference -> (double) batch / reference).orElse(1.0);
        double rate = peakRate * scale;
        long warmUp = (long) (warmUpShare * totalSteps);
        return switch (schedule) {
            case CONSTANT -> warmedUp(warmUp, scale, new Constant(rate));
            case COSINE -> warmedUp(warmUp, scale, new Cosine(rate, totalSteps - warmUp, finalShare));
            case ONE_CYCLE -> new OneCycle(rate, warmUp, totalSteps, finalShare);
        };
    }

    private static Schedule warmedUp(long steps, double scale, Schedule after) {
        return scale > 1 ? new LinearWarmUp(steps, 1 / scale, after) : LinearWarmUp.fromZero(steps, after);
    }

    Optimizer optimizer(Parameters parameters) {
        return switch (optimizer) {
            case ADAMW -> new AdamWOptimizer(parameters, new AdamWSettings(beta1, beta2, epsilon, weightDecay));
            case SGD -> new SgdOptimizer(parameters, new SgdSettings(momentum, weightDecay));
        };
    }
}
