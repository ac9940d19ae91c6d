package dev.penstock.fetch;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;

/// Whether a late request gets a second one beside it; `toString()` is the text that [#parse] reads.
public sealed interface Hedging {

    /// Reads `off`, or a share such as `0.05`.
    static Hedging parse(String text) {
        if (text.equals("off")) {
            return new Off();
        }
        try {
            return new NearDeadline(Double.parseDouble(text));
        } catch (NumberFormatException notANumber) {
            throw new ConfigurationException(
                    FailureMessage.of("hedging option")
                            .with("value", text)
                            .remedy("use off, or the share of bytes that may be wasted, as in 0.05"),
                    notANumber);
        }
    }

    /// Never: stalls are waited for.
    record Off() implements Hedging {
        @Override
        public String toString() {
            return "off";
        }
    }

    /// When the bytes of a late request are needed soon.
    ///
    /// @param share bytes that may be wasted on it, for each useful one; above 0 and up to 1
    record NearDeadline(double share) implements Hedging {
        public NearDeadline {
            if (!(share > 0 && share <= 1)) {
                throw new ConfigurationException(FailureMessage.of("hedging option")
                        .with("value", share)
                        .remedy("use off, or a share above 0 and up to 1, as in 0.05"));
            }
        }

        @Override
        public String toString() {
            return Double.toString(share);
        }
    }
}
