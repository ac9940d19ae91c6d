package dev.penstock.balance;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/// What the micro-batches of one rank took, and the sums of it that least squares needs; sums of different ranks add
/// up.
///
/// A measurement is a row `(tokens, squares, samples) → time`, where squares is the sum of the squared lengths. Summed
/// are rows divided by their time. The latest few thousand are kept. Confined to one thread.
public final class MicroBatchTimes {

    /// Products of two of the columns (tokens, squares, samples), upper triangle by rows; then each column; then the
    /// number of measurements in the sums, and of those refused.
    static final int SUMS = 11;

    /// 128 KiB; the coefficients of some hundred measurements are as good as the clock.
    private static final int KEPT = 4096;

    /// A micro-batch that took more than twice what the others make one expect was disturbed, by a collection of
    /// garbage or another process, and one that took less than half of it was not measured right: neither says anything
    /// about the model.
    private static final double DISTURBED = 2;

    /// The first fit has the disturbed measurements in it, the second hardly any.
    private static final int ROUNDS = 2;

    private static final int COLUMNS = 3;
    private static final int ROW = COLUMNS + 1;
    private static final int COUNT = SUMS - 2;
    private static final int REFUSED = SUMS - 1;

    private final double[] rows = new double[KEPT * ROW];
    private int size;
    private int next;
    private long refused;

    /// Adds what one micro-batch took.
    ///
    /// A time that is not a positive number, and a micro-batch without samples, is counted as refused and says nothing.
    public void add(long samples, long tokens, double squares, double nanos) {
        if (!(nanos > 0) || !Double.isFinite(nanos) || samples < 1) {
            refused++;
            return;
        }
        double[] row = {tokens, squares, samples, nanos};
        System.arraycopy(row, 0, rows, next * ROW, ROW);
        size = Math.max(size, next + 1);
        next = (next + 1) % KEPT;
    }

    /// Measurements that were left out.
    public long refused() {
        return refused;
    }

    /// The sums over the measurements that were not disturbed.
    double[] sums() {
        double[] sums = sum(_ -> true);
        for (int round = 0; round < ROUNDS; round++) {
            Optional<double[]> coefficients = CostCalibration.coefficients(sums);
            if (coefficients.isPresent()) {
                double[] fitted = coefficients.get();
                sums = sumAround(median(ratios(fitted)), fitted);
            }
        }
        sums[REFUSED] = refused;
        return sums;
    }

    /// The same as one rank's part of a table of all ranks' sums, which is 0 elsewhere: added up over the ranks, the
    /// tables make the one that [RankCalibration] reads.
    public double[] sumsOf(int rank, int ranks) {
        double[] table = new double[ranks * SUMS];
        System.arraycopy(sums(), 0, table, rank * SUMS, SUMS);
        return table;
    }

    /// Forgets every measurement.
    public void clear() {
        size = 0;
        next = 0;
        refused = 0;
    }

    private double[] sumAround(double expected, double... coefficients) {
        return sum(row -> {
            double ratio = ratio(row, coefficients);
            return ratio <= expected * DISTURBED && ratio >= expected / DISTURBED;
        });
    }

    private double[] sum(IntPredicate counts) {
        double[] sums = new double[SUMS];
        for (int row = 0; row < size; row++) {
            if (counts.test(row)) {
                addTo(sums, row * ROW);
            }
        }
        return sums;
    }

    private void addTo(double[] sums, int at) {
        double nanos = rows[at + COLUMNS];
        int sum = 0;
        for (int i = 0; i < COLUMNS; i++) {
            for (int j = i; j < COLUMNS; j++) {
                sums[sum++] += rows[at + i] / nanos * (rows[at + j] / nanos);
            }
        }
        for (int i = 0; i < COLUMNS; i++) {
            sums[sum++] += rows[at + i] / nanos;
        }
        sums[COUNT]++;
    }

    private double[] ratios(double... coefficients) {
        return IntStream.range(0, size)
                .mapToDouble(row -> ratio(row, coefficients))
                .toArray();
    }

    /// Time over cost.
    private double ratio(int row, double... coefficients) {
        double cost = 0;
        for (int i = 0; i < COLUMNS; i++) {
            cost += coefficients[i] * rows[row * ROW + i];
        }
        return rows[row * ROW + COLUMNS] / cost;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
    }

    static double product(double[] sums, int i, int j) {
        int row = Math.min(i, j);
        return sums[row * COLUMNS - row * (row - 1) / 2 + Math.max(i, j) - row];
    }

    static double sum(double[] sums, int column) {
        return sums[COLUMNS * (COLUMNS + 1) / 2 + column];
    }

    /// Makes sums what they were if every time had been shorter by a factor.
    static void divideTimes(double[] sums, double factor) {
        for (int sum = 0; sum < COUNT; sum++) {
            sums[sum] *= sum < COLUMNS * (COLUMNS + 1) / 2 ? factor * factor : factor;
        }
    }

    static double count(double[] sums) {
        return sums[COUNT];
    }

    static double refused(double[] sums) {
        return sums[REFUSED];
    }
}
