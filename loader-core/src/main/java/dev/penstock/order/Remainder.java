package dev.penstock.order;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.util.Locale;

/// What becomes of the samples at the end of an epoch that do not fill a global batch.
public enum Remainder {

    /// They are left out of that epoch.
    DROP,

    /// They make a smaller batch.
    SHORT,

    /// They are filled up with the first samples of the next epoch; only the last batch of the run may be short.
    CARRY;

    /// Reads `drop`, `short` or `carry`.
    public static Remainder parse(String text) {
        return switch (text) {
            case "drop" -> DROP;
            case "short" -> SHORT;
            case "carry" -> CARRY;
            default ->
                throw new ConfigurationException(FailureMessage.of("remainder option")
                        .with("value", text)
                        .remedy("use drop, short or carry"));
        };
    }

    /// The text that [#parse] reads.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
