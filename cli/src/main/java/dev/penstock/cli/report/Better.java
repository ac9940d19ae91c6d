package dev.penstock.cli.report;

import java.util.Locale;

/// Which way a metric improves.
public enum Better {
    HIGHER,
    LOWER;

    /// As result files write it.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
