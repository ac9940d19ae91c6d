package dev.penstock.balance;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/// Fits a [CostModel] to measured times by least squares with no negative coefficient.
///
/// What is squared is the distance of cost and time as a part of the time, so that a slow micro-batch counts as much as
/// a quick one, and a disturbed one, however slow it was, hardly more.
///
/// With three coefficients the constraint is met by trying: of the seven sets of coefficients that may be positive,
/// each solved without the constraint, the best solution with none negative is the answer. (Lawson and Hanson, "Solving
/// Least Squares Problems", 1974, chapter 23, walk through the same sets more sparingly.) The arithmetic is IEEE's in a
/// fixed sequence, so ranks that fit the same sums get the same integers.
final class CostCalibration {

    /// Fewer measurements than this cannot even tell which of them were disturbed.
    private static final int LEAST_MEASUREMENTS = 16;

    /// A step of nothing but the longest samples costs about 2^56, whatever was measured: coefficients then have digits
    /// enough, and a run of a hundred times the batch can still be planned by them.
    private static final int LARGEST_STEP_BITS = 56;

    /// Columns whose correlation leaves less than this part of one to explain cannot be told apart by timing.
    private static final double LEAST_PIVOT = 1e-9;

    static final int COLUMNS = 3;

    private CostCalibration() {}

    /// Time per token, per squared length and per sample that explain the times best; empty when there are too few
    /// measurements, or a sum is not a number.
    ///
    /// @param sums of [MicroBatchTimes#sums()], added over all ranks
    static Optional<double[]> coefficients(double[] sums) {
        if (!Arrays.stream(sums).allMatch(Double::isFinite) || MicroBatchTimes.count(sums) < LEAST_MEASUREMENTS) {
            return Optional.empty();
        }
        double[] best = new double[COLUMNS];
        double bestGain = 0;
        for (int set = 1; set < 1 << COLUMNS; set++) {
            double[] coefficients = solve(sums, set);
            double gain = gain(sums, coefficients);
            if (Arrays.stream(coefficients).allMatch(each -> each >= 0) && gain > bestGain) {
                bestGain = gain;
                best = coefficients;
            }
        }
        return bestGain == 0 ? Optional.empty() : Optional.of(best);
    }

    /// Sum over the measurements of cost over time; at a solution of the normal equations, how far the residual falls
    /// below that of the model that is 0.
    static double gain(double[] sums, double[] coefficients) {
        return IntStream.range(0, COLUMNS)
                .mapToDouble(i -> coefficients[i] * MicroBatchTimes.sum(sums, i))
                .sum();
    }

    /// Solves the normal equations of the columns in a set by elimination, each column scaled to length 1; a column
    /// that the others explain makes the solution negative, that is, refused.
    private static double[] solve(double[] sums, int set) {
        int[] columns =
                IntStream.range(0, COLUMNS).filter(i -> (set >> i & 1) == 1).toArray();
        int n = columns.length;
        double[] scale = Arrays.stream(columns)
                .mapToDouble(i -> Math.sqrt(MicroBatchTimes.product(sums, i, i)))
                .toArray();
        double[][] rows = new double[n][n + 1];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                rows[i][j] = MicroBatchTimes.product(sums, columns[i], columns[j]) / (scale[i] * scale[j]);
            }
            rows[i][n] = MicroBatchTimes.sum(sums, columns[i]) / scale[i];
        }
        double[] coefficients = new double[COLUMNS];
        for (int i = 0; i < n; i++) {
            if (!(rows[i][i] > LEAST_PIVOT)) {
                coefficients[columns[i]] = -1;
                return coefficients;
            }
            for (int below = i + 1; below < n; below++) {
                double factor = rows[below][i] / rows[i][i];
                for (int j = i; j <= n; j++) {
                    rows[below][j] -= factor * rows[i][j];
                }
            }
        }
        for (int i = n - 1; i >= 0; i--) {
            double value = rows[i][n];
            for (int j = i + 1; j < n; j++) {
                value -= rows[i][j] * coefficients[columns[j]] * scale[j];
            }
            coefficients[columns[i]] = value / rows[i][i] / scale[i];
        }
        return coefficients;
    }

    /// The same in whole numbers that leave room for a step; all 0 where none are small enough.
    static long[] inIntegers(double[] coefficients, LargestStep largest) {
        int shift = LARGEST_STEP_BITS - Math.getExponent(largest.cost(coefficients));
        return Arrays.stream(coefficients)
                .mapToLong(each -> Math.round(Math.scalb(each, shift)))
                .toArray();
    }

    /// Sum over the measurements of the square of cost over time, `xᵀAᵀAx`.
    static double squaredCost(double[] sums, double[] coefficients) {
        double sum = 0;
        for (int i = 0; i < COLUMNS; i++) {
            for (int j = 0; j < COLUMNS; j++) {
                sum += coefficients[i] * coefficients[j] * MicroBatchTimes.product(sums, i, j);
            }
        }
        return sum;
    }
}
