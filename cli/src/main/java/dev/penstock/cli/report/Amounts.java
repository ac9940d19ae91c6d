package dev.penstock.cli.report;

import java.time.Duration;
import java.util.Locale;

/// Numbers as people read them.
public final class Amounts {

    private static final String[] UNITS = {"B", "KB", "MB", "GB", "TB", "PB", "EB"};

    private Amounts() {}

    /// Bytes in the largest decimal unit that leaves a whole part.
    public static String bytes(double bytes) {
        int unit = 0;
        double amount = bytes;
        while (amount >= 1000 && unit < UNITS.length - 1) {
            amount /= 1000;
            unit++;
        }
        return unit == 0 ? format("%.0f B", amount) : format(amount < 10 ? "%.2f %s" : "%.1f %s", amount, UNITS[unit]);
    }

    public static String count(long count) {
        return format("%,d", count);
    }

    /// A part of one.
    public static String share(double share) {
        return format("%.1f %%", 100 * share);
    }

    public static String seconds(Duration time) {
        return format("%.2f s", seconds(time.toNanos()));
    }

    static double seconds(long nanos) {
        return nanos / 1e9;
    }

    /// A text in the form of [String#format], the same in every country.
    public static String format(String text, Object... values) {
        return String.format(Locale.ROOT, text, values);
    }
}
