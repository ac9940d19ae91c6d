package dev.penstock.balance;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// Fits cost model and rank speeds together to what every rank measured.
///
/// A rank's times are its slowness times the cost of what it computed. Balanced by speed, a slow rank computes other
/// micro-batches than a fast one, so neither can be fitted without the other: in turns, the model is fitted to times
/// divided by slowness, and each rank's slowness to that model. Speeds are taken only if they explain the times better
/// than equal ones, and the fit only if it explains them better than what is in force. The arithmetic is IEEE's in a
/// fixed sequence, so ranks that fit the same table decide alike.
public final class RankCalibration {

    /// Each turn halves what is left of the error, even where a rank has short samples only; a turn takes microseconds.
    private static final int TURNS = 50;

    /// Some twenty for each coefficient. Fewer are noise: what fits them best can miss every part of the cost.
    private static final int LEAST_MEASUREMENTS = 64;

    /// Fewer measurements of a rank than this do not tell its speed.
    private static final int LEAST_PER_RANK = 8;

    /// Differences below two percent are what equal machines show from one minute to the next; giving way to them
    /// would unbalance ranks that are equal.
    private static final double EQUAL_SPEEDS = 1.02;

    /// What one coefficient more explains by chance, in mean squared errors, is above this once in two thousand times
    /// (χ² with one degree of freedom). A gain must be more than that for each.
    private static final double CHANCE = 12;

    /// A root mean square of a thousandth: less cannot be seen in a step's time.
    private static final double NO_ERROR = 1e-6;

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

    /// Fits what explains the times best, and judges it. A rank whose sums are not numbers, or that has hardly any
    /// measurement, says nothing and counts as fast as the median of the others.
    ///
    /// @param inForce what balancing goes by otherwise
    /// @param fromStep the step that the result is to hold from
    /// @param largest step of the run
    public CalibrationOutcome judge(Calibration inForce, long fromStep, LargestStep largest) {
        Arrays.fill(slowness, 1);
        double[] pooled = pooled();
        Optional<double[]> coefficients = CostCalibration.coefficients(pooled);
        if (MicroBatchTimes.count(pooled) < LEAST_MEASUREMENTS || coefficients.isEmpty()) {
            return new CalibrationOutcome.TooFew();
        }
        Explanation before = explanation(coefficients(inForce.model()), inForce.speeds());
        Explanation best = explanation(CostCalibration.inIntegers(coefficients.get(), largest), RankSpeeds.EQUAL);
        Explanation uneven = inTurns(coefficients.get(), largest);
        int freeSpeeds = 0;
        if (uneven.isBetterThan(best, measuredRanks() - 1)) {
            best = uneven;
            freeSpeeds = measuredRanks() - 1;
        }
        if (!best.isBetterThan(before, CostCalibration.COLUMNS - 1 + freeSpeeds)) {
            return new CalibrationOutcome.NotBetter(before.error(), best.error());
        }
        long[] fitted = best.coefficients();
        return new CalibrationOutcome.Better(
                new Calibration(fromStep, new CostModel(fitted[0], fitted[1], fitted[2]), best.speeds()),
                before.error(),
                best.error());
    }

    private Explanation inTurns(double[] evenFit, LargestStep largest) {
        double[] coefficients = evenFit;
        for (int turn = 0; turn < TURNS; turn++) {
            measureSlowness(coefficients);
            coefficients = CostCalibration.coefficients(pooled()).orElse(coefficients);
        }
        return explanation(CostCalibration.inIntegers(coefficients, largest), speeds());
    }

    /// A model with rank speeds, and what it leaves of the times to explain.
    ///
    /// @param residual sum of squared errors
    /// @param measurements that were to be explained
    private record Explanation(long[] coefficients, RankSpeeds speeds, double residual, double measurements) {

        /// Whether it explains more than another one by more than chance does.
        ///
        /// @param free coefficients that were fitted here and not there
        boolean isBetterThan(Explanation other, int free) {
            double meanSquare = Math.max(NO_ERROR, residual / measurements);
            return other.residual - residual > CHANCE * Math.max(1, free) * meanSquare;
        }

        double error() {
            return Math.sqrt(residual / measurements);
        }
    }

    private static long[] coefficients(CostModel model) {
        return new long[] {model.perToken(), model.perTokenSquared(), model.perSample()};
    }

    /// The unit of cost is free, so it is the one that suits the times best.
    private Explanation explanation(long[] coefficients, RankSpeeds speeds) {
        double[] model = Arrays.stream(coefficients).mapToDouble(each -> each).toArray();
        double count = 0;
        double gain = 0;
        double squaredCost = 0;
        for (int rank = 0; rank < sums.length; rank++) {
            if (isMeasured(rank)) {
                double slow = speeds.slowness(rank);
                count += MicroBatchTimes.count(sums[rank]);
                gain += slow * CostCalibration.gain(sums[rank], model);
                squaredCost += slow * slow * CostCalibration.squaredCost(sums[rank], model);
            }
        }
        double explained = squaredCost > 0 ? gain * gain / squaredCost : 0;
        return new Explanation(coefficients, speeds, Math.max(0, count - explained), count);
    }

    private int measuredRanks() {
        return sums.length - unmeasured().size();
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
                MicroBatchTimes.divideTimes(own, slowness[rank]);
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
