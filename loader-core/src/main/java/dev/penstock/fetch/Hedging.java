package dev.penstock.fetch;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.math.BigDecimal;
import java.util.regex.Pattern;

/// Whether a late request gets a second one beside it; `toString()` is the text that [#parse] reads.
public sealed interface Hedging {

    /// Reads `off`, or a share such as `0.05`.
    static Hedging parse(String text) {
        if (text.equals("off")) {
            return new Off();
        }
        if (!NearDeadline.DECIMAL.matcher(text).matches()) {
            throw new ConfigurationException(FailureMessage.of("hedging option")
                    .with("value", text)
                    .remedy("use off, or the share of bytes that may be wasted, as in 0.05"));
        }
        return new NearDeadline(Double.parseDouble(text));
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

        /// What people write; Java takes more for a number, such as `0.05f`.
        private static final Pattern DECIMAL = Pattern.compile("\\d+(\\.\\d+)?|\\.\\d+");

        public NearDeadline {
            if (!(share > 0 && share <= 1)) {
                throw new ConfigurationException(FailureMessage.of("hedging option")
                        .with("value", share)
                        .remedy("use off, or a share above 0 and up to 1, as in 0.05"));
            }
        }

        @Override
        public String toString() {
            return BigDecimal.valueOf(share).stripTrailingZeros().toPlainString();
        }
    }
}
