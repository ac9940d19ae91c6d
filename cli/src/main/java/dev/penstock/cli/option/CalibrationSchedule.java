package dev.penstock.cli.option;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// The steps at which a run fits its cost model and rank speeds to what was measured; `toString()` is the text that
/// [#parse] reads.
public sealed interface CalibrationSchedule {

    /// Reads `off`, a step, or `every=N`.
    static CalibrationSchedule parse(String text) {
        if (text.equals("off")) {
            return new Off();
        }
        boolean repeated = text.startsWith(Every.PREFIX);
        try {
            long steps = Long.parseLong(repeated ? text.substring(Every.PREFIX.length()) : text);
            return repeated ? new Every(steps) : new Once(steps);
        } catch (NumberFormatException notANumber) {
            throw unknown(text, notANumber);
        }
    }

    private static ConfigurationException unknown(String text, @Nullable Throwable cause) {
        return new ConfigurationException(
                FailureMessage.of("calibration option")
                        .with("value", text)
                        .remedy("use off, a step such as 100, or every=N, as in every=1000"),
                cause);
    }

    /// The first calibration after a step, by the number of steps that are done by then; empty beyond what a long
    /// holds.
    default OptionalLong after(long step) {
        return switch (this) {
            case Off() -> OptionalLong.empty();
            case Once(long once) -> once > step ? OptionalLong.of(once) : OptionalLong.empty();
            case Every(long steps) -> {
                long left = steps - step % steps;
                yield step > Long.MAX_VALUE - left ? OptionalLong.empty() : OptionalLong.of(step + left);
            }
        };
    }

    /// Never: plans go by the stated cost and ranks that are as fast.
    record Off() implements CalibrationSchedule {
        @Override
        public String toString() {
            return "off";
        }
    }

    /// @param step number of steps that are done by then, at least 1
    record Once(long step) implements CalibrationSchedule {

        public Once {
            if (step < 1) {
                throw unknown(Long.toString(step), null);
            }
        }

        @Override
        public String toString() {
            return Long.toString(step);
        }
    }

    /// Again and again, each time from what was measured since the last that had enough.
    record Every(long steps) implements CalibrationSchedule {

        private static final String PREFIX = "every=";

        public Every {
            if (steps < 1) {
                throw unknown(PREFIX + steps, null);
            }
        }

        @Override
        public String toString() {
            return PREFIX + steps;
        }
    }
}
