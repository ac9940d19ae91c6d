package dev.penstock.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.ConfigurationException;
import dev.penstock.plan.RankAssignment;
import dev.penstock.plan.StepWindow;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OutlierDelayTest {

    private static final OutlierDelay EIGHT = new OutlierDelay(CostModel.tokens(), 8);

    /// Lengths of the steps of a window, step after step.
    private static int[] ends(int steps, int batch) {
        return IntStream.rangeClosed(1, steps).map(step -> step * batch).toArray();
    }

    private static int[] ofStep(StepWindow window, int[] lengths, int step) {
        return IntStream.range(0, lengths.length)
                .filter(sample -> window.stepOf(sample) == step)
                .map(sample -> lengths[sample])
                .toArray();
    }

    /// Share of all ranks' time spent waiting when every step is balanced exactly.
    private static double idleShare(StepWindow window, int[] lengths, int steps, int ranks) {
        ExactBalancer balancer = new ExactBalancer(CostModel.tokens(), MicroBatchPolicy.uncapped());
        RankAssignment assignment = new RankAssignment(ranks);
        IdleTime idle = new IdleTime();
        for (int step = 0; step < steps; step++) {
            int[] inStep = ofStep(window, lengths, step);
            balancer.assign(inStep, inStep.length, assignment);
            idle.add(Arrays.stream(inStep).asLongStream().sum(), assignment.makespan(), ranks);
        }
        return idle.share();
    }

    @Test
    void idleOfALongTailFallsFromAFifthToBelowAPercent() {
        SplittableRandom random = new SplittableRandom(3);
        double within = 0;
        double delayed = 0;
        int windows = 40;
        for (int i = 0; i < windows; i++) {
            int[] lengths = Workload.logNormal(random, 9 * 64, 6.6, 1.2, 32_768);
            StepWindow kept = new StepWindow(new int[0], new int[0], ends(9, 64));
            within += idleShare(kept, lengths, 9, 8) / windows;
            delayed += idleShare(EIGHT.regroup(lengths, ends(9, 64), 8), lengths, 9, 8) / windows;
        }

        assertThat(within).isGreaterThan(0.15);
        assertThat(delayed).isLessThan(0.01);
    }

    @Test
    void outliersMeetOnePerRankInOneStep() {
        int[] lengths = new int[3 * 16];
        Arrays.fill(lengths, 1);
        lengths[2] = 40;
        lengths[40] = 39;

        StepWindow window = new OutlierDelay(CostModel.tokens(), 2).regroup(lengths, ends(3, 16), 2);

        assertThat(window.stepOf(2)).isEqualTo(1).isEqualTo(window.stepOf(40));
    }

    @Test
    void everyStepKeepsSamplesWhateverTheLengths() {
        SplittableRandom random = new SplittableRandom(5);
        for (int round = 0; round < 400; round++) {
            int steps = random.nextInt(1, 10);
            int batch = random.nextInt(1, 40);
            int ranks = random.nextInt(1, 50);
            int[] lengths = random.nextBoolean()
                    ? Workload.logNormal(random, steps * batch, 5, 2.5, 1 << 20)
                    : Workload.uniform(random, steps * batch, 3);
            String context = "round %d: %d steps of %d on %d ranks".formatted(round, steps, batch, ranks);

            StepWindow window = new OutlierDelay(CostModel.tokens(), Math.max(1, steps - 1))
                    .regroup(lengths, ends(steps, batch), ranks);

            int[] sizes = new int[steps];
            for (int sample = 0; sample < lengths.length; sample++) {
                sizes[window.stepOf(sample)]++;
            }
            assertThat(sizes).as(context).doesNotContain(0);
        }
    }

    @Test
    void ordinarySamplesKeepTheirOrder() {
        int[] lengths = Workload.logNormal(new SplittableRandom(9), 9 * 64, 6.6, 1.2, 32_768);
        StepWindow window = EIGHT.regroup(lengths, ends(9, 64), 8);
        double meanLoad = Arrays.stream(lengths).sum() / 72.0;

        int[] steps = IntStream.range(0, lengths.length)
                .filter(sample -> lengths[sample] < 0.7 * meanLoad)
                .map(window::stepOf)
                .toArray();

        assertThat(steps).isSorted();
    }

    @Test
    void windowInWhichNoRankWaitsStaysAsItIs() {
        int[] lengths = Workload.logNormal(new SplittableRandom(11), 9 * 2048, 6.2, 1.0, 8192);
        StepWindow window = EIGHT.regroup(lengths, ends(9, 2048), 64);

        assertThat(IntStream.range(0, lengths.length).map(window::stepOf))
                .containsExactly(IntStream.range(0, lengths.length)
                        .map(i -> i / 2048)
                        .boxed()
                        .toArray(Integer[]::new));
    }

    @Test
    void unitOfCostChangesNothing() {
        SplittableRandom random = new SplittableRandom(13);
        for (int round = 0; round < 50; round++) {
            int steps = random.nextInt(2, 10);
            int batch = random.nextInt(4, 40);
            int ranks = random.nextInt(2, 20);
            int[] lengths = Workload.logNormal(random, steps * batch, 1, 2, 1 << 12);
            int[] plain = stepsAtUnit(1, steps, batch, ranks, lengths);
            for (long unit : new long[] {3, 100, 1 << 20}) {
                assertThat(stepsAtUnit(unit, steps, batch, ranks, lengths))
                        .as("round %d, unit %d", round, unit)
                        .isEqualTo(plain);
            }
        }
    }

    private static int[] stepsAtUnit(long unit, int steps, int batch, int ranks, int[] lengths) {
        StepWindow window =
                new OutlierDelay(new CostModel(unit, 0, 0), steps - 1).regroup(lengths, ends(steps, batch), ranks);
        return IntStream.range(0, lengths.length).map(window::stepOf).toArray();
    }

    @Test
    void onlyTheDearSampleIsAnOutlierWhereTheMeanLoadIsBelowFour() {
        int[] lengths = {3, 1, 1, 1, 1, 1, 1, 1, 1, 1};

        StepWindow window = new OutlierDelay(CostModel.tokens(), 1).regroup(lengths, ends(2, 5), 3);

        assertThat(window.stepOf(0)).isEqualTo(1);
        assertThat(ofStep(window, lengths, 0)).containsOnly(1);
    }

    @Test
    void delayOfAHundredThousandStepsIsPlanned() {
        int steps = 200_000;
        int[] lengths = new int[2 * steps];
        Arrays.fill(lengths, 1);
        for (int sample = 0; sample < lengths.length; sample += 97) {
            lengths[sample] = 50;
        }

        StepWindow window = new OutlierDelay(CostModel.tokens(), steps).regroup(lengths, ends(steps, 2), 2);

        int[] sizes = new int[steps];
        for (int sample = 0; sample < lengths.length; sample++) {
            sizes[window.stepOf(sample)]++;
        }
        assertThat(sizes).doesNotContain(0);
    }

    @Test
    void oneEnormousSampleLeavesEveryStepHalfItsShare() {
        int[] lengths = new int[4 * 10];
        Arrays.fill(lengths, 1);
        lengths[0] = Integer.MAX_VALUE;

        StepWindow window = new OutlierDelay(CostModel.tokens(), 3).regroup(lengths, ends(4, 10), 8);

        for (int step = 0; step < 4; step++) {
            assertThat(ofStep(window, lengths, step).length).as("step %d", step).isGreaterThanOrEqualTo(4);
        }
    }

    @Test
    void lessThanOneStepOfDelayAndCostsBeyond64BitsAreRefused() {
        assertThatThrownBy(() -> new OutlierDelay(CostModel.tokens(), 0)).isInstanceOf(ConfigurationException.class);
        OutlierDelay dear = new OutlierDelay(new CostModel(Long.MAX_VALUE / 2, 0, 0), 1);
        assertThatThrownBy(() -> dear.regroup(new int[] {1, 1, 1, 1}, ends(2, 2), 2))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("64 bits");
    }
}
