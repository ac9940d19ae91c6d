package dev.penstock.balance;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// Fits cost model and rank speeds together to what every rank measured.
///
/// A rank's times are its slowness times the cost of what it computed. Balanced by speed, a slow rank computes other
/// micro-batches than a fast one, so neither can be fitted without the other: in turns, the model is fitted to times
/// divided by slowness, and each rank's slowness to that model. The arithmetic is IEEE's in a fixed sequence, so ranks
/// that fit the same table get the same integers.
public final class RankCalibration {

    /// Each turn halves what is left of the error, even where a rank has short samples only; a turn takes microseconds.
    private static final int TURNS = 50;

    /// Fewer measurements of a rank than this do not tell its speed.
    private static final int LEAST_PER_RANK = 8;

    /// Differences below two percent are what equal machines show from one minute to the next; giving way to them
    /// would unbalance ranks that are equal.
    private static final double EQUAL_SPEEDS = 1.02;

    private final double[][] sums;
    private final double[] slowness;

    /// @param table of [MicroBatchTimes#sumsOf(int, int)], added up over all ranks
    public RankCalibration(double[] table) {
        int ranks = table.length / MicroBatchTimes.SUMS;
        this.sums = IntStream.range(0, ranks)
                .mapToObj(rank ->
                        Arrays.copyOfRange(table, rank * MicroBatchTimes.SUMS, (rank + 1) * MicroBatchTimes.SUMS))
                .toArray(double[][]::new);
        this.slowness = new double[ranks];
    }

    /// What explains the times best; empty when there are too few measurements. A rank whose sums are not numbers, or
    /// that has hardly any measurement, says nothing and counts as fast as the median of the others.
    ///
    /// @param fromStep the step that the result is to hold from
    public Optional<Calibration> fit(long fromStep) {
        Arrays.fill(slowness, 1);
        Optional<double[]> coefficients = CostCalibration.coefficients(pooled());
        for (int turn = 0; turn < TURNS && coefficients.isPresent(); turn++) {
            measureSlowness(coefficients.get());
            coefficients = CostCalibration.coefficients(pooled());
        }
        return coefficients.map(
                fitted -> new Calibration(fromStep, CostCalibration.inIntegers(pooled(), fitted), speeds()));
    }

    /// Ranks that say nothing.
    public List<Integer> unmeasured() {
        return IntStream.range(0, sums.length)
                .filter(rank -> !isMeasured(rank))
                .boxed()
                .toList();
    }

    /// Measurements in the table.
    public long measurements() {
        return Math.round(Arrays.stream(sums)
                .mapToDouble(MicroBatchTimes::count)
                .filter(Double::isFinite)
                .sum());
    }

    /// Measurements that ranks refused.
    public long refused() {
        return Math.round(Arrays.stream(sums)
                .mapToDouble(MicroBatchTimes::refused)
                .filter(Double::isFinite)
                .sum());
    }

    private boolean isMeasured(int rank) {
        return Arrays.stream(sums[rank]).allMatch(Double::isFinite)
                && MicroBatchTimes.count(sums[rank]) >= LEAST_PER_RANK;
    }

    /// The sums of all ranks, as if all had been as fast.
    private double[] pooled() {
        double[] pooled = new double[MicroBatchTimes.SUMS];
        for (int rank = 0; rank < sums.length; rank++) {
            if (isMeasured(rank)) {
                double[] own = sums[rank].clone();
                for (int column = 0; column < CostCalibration.COLUMNS; column++) {
                    own[MicroBatchTimes.timeProduct(column)] /= slowness[rank];
                }
                Arrays.setAll(pooled, i -> pooled[i] + own[i]);
            }
        }
        return pooled;
    }

    /// The factor that brings a model nearest to a rank's times; the fastest rank's is 1, as only ratios are known.
    private void measureSlowness(double[] coefficients) {
        double least = Double.POSITIVE_INFINITY;
        for (int rank = 0; rank < sums.length; rank++) {
            if (isMeasured(rank)) {
                slowness[rank] = CostCalibration.gain(sums[rank], coefficients)
                        / CostCalibration.squaredCost(sums[rank], coefficients);
                least = Math.min(least, slowness[rank]);
            }
        }
        for (int rank = 0; rank < slowness.length; rank++) {
            slowness[rank] /= isMeasured(rank) ? least : 1;
        }
    }

    private RankSpeeds speeds() {
        double[] speeds = IntStream.range(0, slowness.length)
                .mapToDouble(rank -> isMeasured(rank) ? 1 / slowness[rank] : Double.NaN)
                .toArray();
        return Arrays.stream(slowness).allMatch(each -> each < EQUAL_SPEEDS) ? RankSpeeds.EQUAL : RankSpeeds.of(speeds);
    }
}
