package dev.penstock.balance;

import java.util.Arrays;

/// What micro-batches took, reduced to the sums that least squares needs; sums of different ranks add up.
///
/// A measurement is a row `(tokens, squares, samples) → time`, where squares is the sum of the squared lengths.
/// Confined to one thread.
public final class MicroBatchTimes {

    /// Products of two of the columns (tokens, squares, samples), upper triangle by rows; then of each with the time;
    /// then the number of measurements.
    static final int SUMS = 10;

    private static final int COLUMNS = 3;
    private static final int COUNT = SUMS - 1;

    private final double[] sums = new double[SUMS];
    private long refused;

    /// Adds what one micro-batch took.
    ///
    /// A time that is not a positive number, and a micro-batch without samples, is counted as refused and says nothing.
    public void add(long samples, long tokens, double squares, double nanos) {
        if (!(nanos > 0) || !Double.isFinite(nanos) || samples < 1) {
            refused++;
            return;
        }
        double[] row = {tokens, squares, samples};
        int next = 0;
        for (int i = 0; i < COLUMNS; i++) {
            for (int j = i; j < COLUMNS; j++) {
                sums[next++] += row[i] * row[j];
            }
        }
        for (double column : row) {
            sums[next++] += column * nanos;
        }
        sums[next]++;
    }

    /// Measurements that were left out.
    public long refused() {
        return refused;
    }

    /// The sums, to be added to those of other ranks; a copy.
    public double[] sums() {
        return sums.clone();
    }

    /// Forgets every measurement.
    public void clear() {
        Arrays.fill(sums, 0);
        refused = 0;
    }

    static double product(double[] sums, int i, int j) {
        int row = Math.min(i, j);
        return sums[row * COLUMNS - row * (row - 1) / 2 + Math.max(i, j) - row];
    }

    static double productWithTime(double[] sums, int i) {
        return sums[COLUMNS * (COLUMNS + 1) / 2 + i];
    }

    static double count(double[] sums) {
        return sums[COUNT];
    }
}
