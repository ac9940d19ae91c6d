package dev.penstock.cli.option;

import dev.penstock.balance.CostModel;
import dev.penstock.balance.ExactBalancer;
import dev.penstock.balance.MicroBatchPolicy;
import dev.penstock.balance.OutlierDelay;
import dev.penstock.balance.RankSpeeds;
import dev.penstock.balance.UnbalancedAssigner;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.plan.RankAssigner;
import dev.penstock.plan.StepRegrouping;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How samples are divided among ranks, and whether steps trade them; `toString()` is the text that [#parse] reads.
public sealed interface Balance {

    /// Reads `off`, `exact` or `delay=N`.
    static Balance parse(String text) {
        return switch (text) {
            case "off" -> new Off();
            case "exact" -> new Exact();
            default -> new Delay(parseSteps(text));
        };
    }

    private static int parseSteps(String text) {
        if (!text.startsWith(Delay.PREFIX)) {
            throw unknown(text, null);
        }
        try {
            return Integer.parseInt(text, Delay.PREFIX.length(), text.length(), 10);
        } catch (NumberFormatException notANumber) {
            throw unknown(text, notANumber);
        }
    }

    private static ConfigurationException unknown(String text, @Nullable Throwable cause) {
        return new ConfigurationException(
                FailureMessage.of("balance option")
                        .with("value", text)
                        .remedy("use off, exact or delay=N with N from 1 to " + OutlierDelay.MOST_STEPS
                                + ", as in delay=8"),
                cause);
    }

    /// A new assigner, for one thread.
    default RankAssigner assigner(CostModel model, MicroBatchPolicy policy) {
        return assigner(model, policy, RankSpeeds.EQUAL);
    }

    /// The same for ranks of different speed.
    default RankAssigner assigner(CostModel model, MicroBatchPolicy policy, RankSpeeds speeds) {
        return switch (this) {
            case Off() -> new UnbalancedAssigner(model, policy);
            case Exact(), Delay(int _) -> new ExactBalancer(model, policy, speeds);
        };
    }

    /// Which samples neighbouring steps trade before ranks are assigned.
    default StepRegrouping regrouping(CostModel model) {
        return switch (this) {
            case Off(), Exact() -> StepRegrouping.NONE;
            case Delay(int steps) -> new OutlierDelay(model, steps);
        };
    }

    /// What a user of this way must know about the data of a run: only here do the samples of a step depend on it.
    default Optional<String> remark(int ranks) {
        return switch (this) {
            case Off(), Exact() -> Optional.empty();
            case Delay(int steps) ->
                Optional.of("balance " + this + ": what a step holds depends on the number of ranks, " + ranks
                        + " here; no sample moves by more than " + steps + " steps");
        };
    }

    /// The way without its parameter, as results name it.
    default String kind() {
        return switch (this) {
            case Off(), Exact() -> toString();
            case Delay(int _) -> "delay";
        };
    }

    /// Contiguous runs of equally many samples, whatever their lengths.
    record Off() implements Balance {
        @Override
        public String toString() {
            return "off";
        }
    }

    /// The fullest rank gets as little as can be found, within the step.
    record Exact() implements Balance {
        @Override
        public String toString() {
            return "exact";
        }
    }

    /// The same, after samples that are too dear for their own step were gathered over a window of steps; what a step
    /// holds then depends on the number of ranks.
    ///
    /// @param steps by which a sample moves at most
    record Delay(int steps) implements Balance {

        private static final String PREFIX = "delay=";

        public Delay {
            if (steps < 1 || steps > OutlierDelay.MOST_STEPS) {
                throw unknown(PREFIX + steps, null);
            }
        }

        @Override
        public String toString() {
            return PREFIX + steps;
        }
    }
}
