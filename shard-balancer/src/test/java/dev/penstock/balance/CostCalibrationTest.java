package dev.penstock.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.penstock.plan.RankAssignment;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CostCalibrationTest {

    private interface Clock {
        double nanos(long samples, long tokens, double squares);
    }

    private static MicroBatchTimes measure(long seed, Clock clock) {
        SplittableRandom random = new SplittableRandom(seed);
        MicroBatchTimes times = new MicroBatchTimes();
        for (int i = 0; i < 200; i++) {
            int[] lengths = Workload.logNormal(random, random.nextInt(1, 40), 6.6, 1.2, 32_768);
            long tokens = Arrays.stream(lengths).asLongStream().sum();
            double squares =
                    Arrays.stream(lengths).mapToDouble(l -> (double) l * l).sum();
            times.add(lengths.length, tokens, squares, clock.nanos(lengths.length, tokens, squares));
        }
        return times;
    }

    private static CostModel fit(MicroBatchTimes times) {
        return fit(times.sums());
    }

    private static CostModel fit(double[] sums) {
        long[] fitted = CostCalibration.inIntegers(
                CostCalibration.coefficients(sums).orElseThrow(), new LargestStep(512, 32_768));
        return new CostModel(fitted[0], fitted[1], fitted[2]);
    }

    @Test
    void coefficientsThatMadeTheTimesAreFound() {
        CostModel model =
                fit(measure(1, (samples, tokens, squares) -> 900 * tokens + 0.25 * squares + 70_000 * samples));

        assertThat((double) model.perTokenSquared() / model.perToken()).isCloseTo(0.25 / 900, within(1e-7));
        assertThat((double) model.perSample() / model.perToken()).isCloseTo(70_000.0 / 900, within(1e-3));
    }

    @Test
    void noiseOfAFewPercentMovesTheCostOfASampleByLess() {
        SplittableRandom noise = new SplittableRandom(2);
        CostModel model = fit(measure(
                3, (samples, tokens, squares) -> (900 * tokens + 0.25 * squares) * (1 + 0.05 * noise.nextGaussian())));

        double ratio = (double) model.cost(8000) / model.cost(1000);
        assertThat(ratio).isCloseTo((900 * 8000 + 0.25 * 8000 * 8000) / (900 * 1000 + 0.25 * 1000 * 1000), within(0.8));
    }

    @Test
    void whatWouldBeNegativeIsZero() {
        CostModel model = fit(measure(4, (samples, tokens, squares) -> 900.0 * tokens - 20_000 * samples));

        assertThat(model.perToken()).isPositive();
        assertThat(model.perSample()).isZero();
    }

    @Test
    void ranksThatAddTheirSumsFitTheSameModelAsOneThatSawAll() {
        Clock clock = (samples, tokens, squares) -> 900 * tokens + 0.25 * squares;
        double[] one = measure(5, clock).sums();
        double[] other = measure(6, clock).sums();
        double[] sums = new double[one.length];
        Arrays.setAll(sums, i -> one[i] + other[i]);

        CostModel model = fit(sums);

        assertThat((double) model.perTokenSquared() / model.perToken()).isCloseTo(0.25 / 900, within(1e-7));
    }

    @Test
    void timesThatAreNoTimesAreRefusedAndCounted() {
        MicroBatchTimes times = measure(7, (samples, tokens, squares) -> 900.0 * tokens);
        double[] before = times.sums();
        times.add(1, 10, 100, Double.NaN);
        times.add(1, 10, 100, Double.POSITIVE_INFINITY);
        times.add(1, 10, 100, 0);
        times.add(0, 0, 0, 5);

        assertThat(times.refused()).isEqualTo(4);
        before[before.length - 1] = 4;
        assertThat(times.sums()).isEqualTo(before);
    }

    @Test
    void nothingIsFittedToFewOrBrokenMeasurements() {
        MicroBatchTimes few = new MicroBatchTimes();
        few.add(1, 10, 100, 1000);
        double[] broken = measure(8, (samples, tokens, squares) -> tokens).sums();
        broken[2] = Double.NaN;

        assertThat(CostCalibration.coefficients(few.sums())).isEmpty();
        assertThat(CostCalibration.coefficients(broken)).isEmpty();
    }

    @Test
    void stepOfTheLongestSamplesFitsWhatWasMeasuredOnShortOnes() {
        int[] longest = new int[512];
        Arrays.fill(longest, 32_768);
        for (double perSquare : new double[] {0, 0.01, 5}) {
            MicroBatchTimes times = new MicroBatchTimes();
            for (int length = 1; length < 100; length++) {
                times.add(1, length, (double) length * length, 900.0 * length + perSquare * length * length);
            }
            CostModel model = fit(times);

            RankAssignment assignment = new RankAssignment(8);
            new ExactBalancer(model, MicroBatchPolicy.uncapped()).assign(longest, longest.length, assignment);
            assertThat(assignment.balanceRatio()).isEqualTo(1);
            assertThat(model.cost(32_768)).as("digits").isGreaterThan(1L << 44);
        }
    }

    @Test
    void coefficientsTooSmallForWholeNumbersAreZero() {
        assertThat(CostCalibration.inIntegers(
                        new double[] {0, 1, 0}, new LargestStep(Integer.MAX_VALUE, Integer.MAX_VALUE)))
                .containsOnly(0);
    }

    @Test
    void equalLengthsLeaveOneCoefficient() {
        MicroBatchTimes times = new MicroBatchTimes();
        for (int i = 0; i < 50; i++) {
            times.add(4, 4 * 512, 4 * 512.0 * 512, 1e6);
        }
        CostModel model = fit(times);

        assertThat(model.cost(512)).isPositive();
    }
}
