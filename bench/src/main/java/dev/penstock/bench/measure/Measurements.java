package dev.penstock.bench.measure;

import dev.penstock.cli.report.Better;
import dev.penstock.cli.report.Row;
import java.util.Arrays;
import java.util.List;

/// Values of one metric over repetitions, ascending.
public final class Measurements {

    private final double[] ascending;

    private Measurements(double[] values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("no measurements");
        }
        this.ascending = values.clone();
        Arrays.sort(ascending);
    }

    public static Measurements of(double... values) {
        return new Measurements(values);
    }

    public static Measurements of(List<Double> values) {
        return new Measurements(values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    public double median() {
        int middle = ascending.length / 2;
        return ascending.length % 2 == 1 ? ascending[middle] : (ascending[middle - 1] + ascending[middle]) / 2;
    }

    /// The smallest value that at least this share of the values does not exceed.
    public double quantile(double share) {
        int rank = (int) Math.ceil(share * ascending.length);
        return ascending[Math.clamp(rank - 1, 0, ascending.length - 1)];
    }

    public double mean() {
        return Arrays.stream(ascending).average().orElseThrow();
    }

    public double least() {
        return ascending[0];
    }

    public double most() {
        return ascending[ascending.length - 1];
    }

    /// The median with its spread.
    public Row row(String metric, String unit, Better better) {
        return Row.of(metric, median(), unit, better).withSpread(least(), most());
    }
}
