package dev.penstock.cli.option;

import dev.penstock.balance.CostModel;
import dev.penstock.balance.ExactBalancer;
import dev.penstock.balance.MicroBatchPolicy;
import dev.penstock.balance.UnbalancedAssigner;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.plan.RankAssigner;
import java.util.Locale;

/// How a global batch is divided among ranks.
public enum Balance {
    /// Contiguous runs of equally many samples, whatever their lengths.
    OFF,
    /// The fullest rank gets as little as can be found, within the step.
    EXACT;

    /// Reads `off` or `exact`; refuses `delay=N` by name.
    static Balance parse(String text) {
        return switch (text) {
            case "off" -> OFF;
            case "exact" -> EXACT;
            default ->
                throw new ConfigurationException(FailureMessage.of("balance option")
                        .with("value", text)
                        .remedy(
                                text.startsWith("delay")
                                        ? "the delay queue is not built in this version; use off or exact"
                                        : "use off or exact"));
        };
    }

    /// A new assigner, for one thread.
    public RankAssigner assigner(CostModel model, MicroBatchPolicy policy) {
        return switch (this) {
            case OFF -> new UnbalancedAssigner(model, policy);
            case EXACT -> new ExactBalancer(model, policy);
        };
    }

    /// The text that [#parse] reads.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
