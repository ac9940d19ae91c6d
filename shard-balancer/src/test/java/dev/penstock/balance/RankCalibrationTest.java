package dev.penstock.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.penstock.plan.RankAssignment;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RankCalibrationTest {

    private static final double PER_TOKEN = 900;
    private static final double PER_SQUARE = 0.25;

    /// Micro-batches of one rank; `longest` bounds their samples, so that ranks can differ in what they computed.
    private static MicroBatchTimes measure(long seed, int count, int longest, double slowness, double noise) {
        SplittableRandom random = new SplittableRandom(seed);
        MicroBatchTimes times = new MicroBatchTimes();
        for (int i = 0; i < count; i++) {
            int[] lengths = Workload.logNormal(random, random.nextInt(1, 20), 6.6, 1.2, longest);
            long tokens = Arrays.stream(lengths).asLongStream().sum();
            double squares =
                    Arrays.stream(lengths).mapToDouble(l -> (double) l * l).sum();
            double nanos = slowness * (PER_TOKEN * tokens + PER_SQUARE * squares);
            times.add(lengths.length, tokens, squares, nanos * (1 + noise * random.nextGaussian()));
        }
        return times;
    }

    private static double[] table(MicroBatchTimes... ranks) {
        double[] table = new double[ranks.length * MicroBatchTimes.SUMS];
        for (int rank = 0; rank < ranks.length; rank++) {
            double[] part = ranks[rank].sumsOf(rank, ranks.length);
            Arrays.setAll(table, i -> table[i] + part[i]);
        }
        return table;
    }

    private static final LargestStep LARGEST = new LargestStep(512, 32_768);
    private static final Calibration LENGTHS = new Calibration(0, CostModel.tokens(), RankSpeeds.EQUAL);
    private static final Calibration SQUARES = new Calibration(0, new CostModel(0, 1, 0), RankSpeeds.EQUAL);

    private static CalibrationOutcome judge(double[] table, Calibration inForce) {
        return new RankCalibration(table).judge(inForce, 132, LARGEST);
    }

    private static Calibration better(double[] table) {
        return ((CalibrationOutcome.Better) judge(table, SQUARES)).calibration();
    }

    private static double squareOverToken(Calibration calibration) {
        return (double) calibration.model().perTokenSquared()
                / calibration.model().perToken();
    }

    @Test
    void slownessIsToldFromLongSamples() {
        Calibration calibration = better(
                table(measure(1, 100, 32_768, 1, 0), measure(2, 100, 1000, 2.5, 0), measure(3, 100, 32_768, 1.25, 0)));

        assertThat(calibration.fromStep()).isEqualTo(132);
        assertThat(calibration.speeds().slowness()).containsExactly(1000, 2500, 1250);
        assertThat(squareOverToken(calibration)).isCloseTo(PER_SQUARE / PER_TOKEN, within(1e-6));
    }

    @Test
    void ranksThatDifferByNoiseAreEqual() {
        Calibration calibration = better(table(measure(4, 300, 32_768, 1, 0.03), measure(5, 300, 32_768, 1.01, 0.03)));

        assertThat(calibration.speeds()).isSameAs(RankSpeeds.EQUAL);
    }

    @Test
    void rankWithoutUsableTimesCountsAsTheMedianAndIsNamed() {
        MicroBatchTimes broken = new MicroBatchTimes();
        for (double nanos : new double[] {Double.NaN, Double.POSITIVE_INFINITY, -5, 0}) {
            broken.add(1, 10, 100, nanos);
        }
        double[] table =
                table(measure(6, 50, 8192, 1, 0), broken, measure(7, 50, 8192, 2, 0), measure(8, 50, 8192, 2, 0));
        double[] poisoned = table.clone();
        poisoned[MicroBatchTimes.SUMS] = Double.NaN;

        for (double[] each : new double[][] {table, poisoned}) {
            assertThat(better(each).speeds().slowness()).containsExactly(1000, 2000, 2000, 2000);
            assertThat(new RankCalibration(each).unmeasured()).containsExactly(1);
            assertThat(new RankCalibration(each).measurements()).isEqualTo(150);
            assertThat(new RankCalibration(each).refused()).isEqualTo(4);
        }
    }

    @Test
    void nothingIsFittedWhereNoRankMeasuredAnything() {
        assertThat(judge(table(new MicroBatchTimes(), new MicroBatchTimes()), LENGTHS))
                .isEqualTo(new CalibrationOutcome.TooFew());
    }

    @Test
    void disturbedMicroBatchesSayNothing() {
        MicroBatchTimes times = measure(9, 200, 8192, 1, 0.02);
        double[] before = times.sums();
        for (int i = 0; i < 5; i++) {
            times.add(4, 4000, 4 * 1000.0 * 1000, 1e10);
            times.add(4, 4000, 4 * 1000.0 * 1000, 1);
        }

        assertThat(MicroBatchTimes.count(times.sums())).isEqualTo(MicroBatchTimes.count(before));
        assertThat(squareOverToken(better(table(times, times)))).isCloseTo(PER_SQUARE / PER_TOKEN, within(5e-5));
    }

    @Test
    void fittedModelPredictsBetterThanLengthAlone() {
        CalibrationOutcome.Better better =
                (CalibrationOutcome.Better) judge(table(measure(10, 300, 32_768, 1, 0.02)), LENGTHS);

        assertThat(better.errorBefore()).isGreaterThan(0.1);
        assertThat(better.errorAfter()).isBetween(0.015, 0.025);
    }

    @Test
    void handfulOfMeasurementsIsTooFewHoweverGoodTheyAre() {
        assertThat(judge(table(measure(12, 30, 32_768, 1, 0), measure(13, 30, 32_768, 1, 0)), LENGTHS))
                .isEqualTo(new CalibrationOutcome.TooFew());
    }

    @Test
    void modelInForceStaysUnlessAnotherExplainsTheTimesBetter() {
        for (int seed = 0; seed < 50; seed++) {
            double[] first = table(measure(seed, 100, 32_768, 1, 0.2), measure(~seed, 100, 32_768, 2, 0.2));
            Calibration inForce = better(first);
            double[] second = table(measure(1000 + seed, 40, 32_768, 1, 0.2), measure(2000 + seed, 40, 32_768, 2, 0.2));

            if (judge(second, inForce) instanceof CalibrationOutcome.Better better) {
                assertThat(better.errorAfter()).as("seed %d", seed).isLessThan(0.95 * better.errorBefore());
            }
            assertThat(judge(first, inForce)).as("seed %d", seed).isInstanceOf(CalibrationOutcome.NotBetter.class);
        }
    }

    @Test
    void takingOverNeverRaisesTheError() {
        for (int seed = 0; seed < 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            double noise = random.nextDouble(0.8);
            double[] table = table(
                    measure(seed, 33, 1 + random.nextInt(8192), 1, noise),
                    measure(~seed, 33, 1 + random.nextInt(8192), 1 + random.nextDouble(), noise));
            Calibration inForce = new Calibration(
                    0,
                    new CostModel(random.nextLong(1, 1000), random.nextLong(10), random.nextLong(100_000)),
                    RankSpeeds.of(1, 0.5 + random.nextDouble()));
            switch (judge(table, inForce)) {
                case CalibrationOutcome.Better(Calibration _, double before, double after) ->
                    assertThat(after).as("seed %d", seed).isLessThan(before);
                case CalibrationOutcome.NotBetter(double error, double fitted) ->
                    assertThat(fitted).as("seed %d", seed).isGreaterThan(0.8 * error);
                case CalibrationOutcome.TooFew() -> {}
            }
        }
    }

    @Test
    void speedsThatNoiseMakesAreNotTaken() {
        int uneven = 0;
        for (int seed = 0; seed < 50; seed++) {
            Calibration calibration =
                    better(table(measure(seed, 90, 32_768, 1, 0.15), measure(~seed, 10, 32_768, 1, 0.15)));
            uneven += calibration.speeds().equals(RankSpeeds.EQUAL) ? 0 : 1;
        }
        assertThat(uneven).isLessThan(3);
    }

    @Test
    void rankThatRecoveredIsAsFastAsTheOthersAgain() {
        Calibration slow = better(table(measure(14, 100, 32_768, 1, 0.02), measure(15, 100, 32_768, 2, 0.02)));
        assertThat(slow.speeds()).isNotEqualTo(RankSpeeds.EQUAL);

        CalibrationOutcome recovered =
                judge(table(measure(16, 100, 32_768, 1, 0.02), measure(17, 100, 32_768, 1, 0.02)), slow);

        assertThat(((CalibrationOutcome.Better) recovered).calibration().speeds())
                .isEqualTo(RankSpeeds.EQUAL);
    }

    @Test
    void onlyTheLatestMeasurementsAreKept() {
        MicroBatchTimes times = measure(11, 9000, 1000, 1, 0);

        assertThat(MicroBatchTimes.count(times.sums())).isBetween(1.0, 4096.0);
        times.clear();
        assertThat(times.sums()).containsOnly(0);
    }

    @Test
    void costsThatWouldOverflowWithSpeedsAreStillBalanced() {
        int[] lengths = new int[64];
        Arrays.setAll(lengths, i -> 1_000_000 + i);
        CostModel huge = new CostModel(1L << 36, 0, 0);
        RankAssignment assignment = new RankAssignment(2);

        new ExactBalancer(huge, MicroBatchPolicy.uncapped(), RankSpeeds.of(1, 1.0 / 64))
                .assign(lengths, lengths.length, assignment);

        Assignments.assertPartition(assignment, lengths.length, "huge");
        assertThat(assignment.balanceRatio()).isBetween(1.0, 1.02);
    }
}
