package dev.penstock.bench.balance;

import dev.penstock.balance.CostModel;
import dev.penstock.balance.ExactBalancer;
import dev.penstock.balance.IdleTime;
import dev.penstock.balance.MicroBatchPolicy;
import dev.penstock.balance.OutlierDelay;
import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import dev.penstock.plan.RankAssignment;
import dev.penstock.plan.StepWindow;
import java.util.Arrays;
import java.util.stream.IntStream;

/// What gathering outliers over a window of steps does to one workload and shape.
///
/// @param idleShare of all ranks' time over all steps, each balanced exactly
/// @param displacedShare of the tokens that come in another step than without delay
/// @param microsPerStep to regroup a window, over its steps
record DelayRun(double idleShare, double displacedShare, double microsPerStep) {

    /// Steps over which the goal is stated.
    static final int STEPS = 8;

    /// Whole windows of the batches are run; a rest is left out.
    static DelayRun measure(BalanceShape shape, int[][] batches) {
        OutlierDelay delay = new OutlierDelay(CostModel.tokens(), STEPS);
        int steps = Math.min(delay.windowSteps(), batches.length);
        int[] ends = IntStream.rangeClosed(1, steps)
                .map(step -> step * shape.samples())
                .toArray();
        StepLoads loads = new StepLoads(shape.ranks());
        double tokens = 0;
        double displaced = 0;
        long nanos = 0;
        int windows = batches.length / steps;
        for (int window = 0; window < windows; window++) {
            int[] lengths = Arrays.stream(batches, window * steps, (window + 1) * steps)
                    .flatMapToInt(Arrays::stream)
                    .toArray();
            long start = System.nanoTime();
            StepWindow regrouped = delay.regroup(lengths, ends, shape.ranks());
            nanos += System.nanoTime() - start;
            int[][] inStep = new int[steps][];
            for (int step = 0; step < steps; step++) {
                int wanted = step;
                inStep[step] = IntStream.range(0, lengths.length)
                        .filter(sample -> regrouped.stepOf(sample) == wanted)
                        .map(sample -> lengths[sample])
                        .toArray();
            }
            requireEachOnce(inStep, lengths.length);
            loads.add(inStep);
            for (int sample = 0; sample < lengths.length; sample++) {
                tokens += lengths[sample];
                displaced += regrouped.stepOf(sample) == sample / shape.samples() ? 0 : lengths[sample];
            }
        }
        return new DelayRun(loads.idleShare(), displaced / tokens, nanos / 1e3 / (windows * steps));
    }

    /// Idle share of the same batches without delay.
    static double idleShareWithin(BalanceShape shape, int[][] batches) {
        StepLoads loads = new StepLoads(shape.ranks());
        loads.add(batches);
        return loads.idleShare();
    }

    private static void requireEachOnce(int[][] inStep, int samples) {
        int found = Arrays.stream(inStep).mapToInt(lengths -> lengths.length).sum();
        if (found != samples) {
            throw new CorruptDataException(FailureMessage.of("checking a window of steps before timing")
                    .with("expectedSamples", samples)
                    .with("foundSamples", found));
        }
    }

    /// Sums what ranks have to do, and what they have to wait for.
    private static final class StepLoads {

        private final ExactBalancer balancer = new ExactBalancer(CostModel.tokens(), MicroBatchPolicy.uncapped());
        private final RankAssignment assignment;
        private final IdleTime idle = new IdleTime();

        StepLoads(int ranks) {
            this.assignment = new RankAssignment(ranks);
        }

        void add(int[][] steps) {
            for (int[] lengths : steps) {
                balancer.assign(lengths, lengths.length, assignment);
                idle.add(Arrays.stream(lengths).asLongStream().sum(), assignment.makespan(), assignment.ranks());
            }
        }

        double idleShare() {
            return idle.share();
        }
    }
}
