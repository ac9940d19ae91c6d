package dev.penstock.cli.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One metric of a result.
///
/// @param control the control's value of the same metric, measured in the same run; null where there is none
/// @param goal the value that is promised; null where nothing is
/// @param spread lowest and highest value over repetitions; the value twice when it was measured once
public record Row(
        String metric,
        double value,
        String unit,
        @Nullable Double control,
        @Nullable Double goal,
        Better better,
        List<Double> spread) {

    public Row {
        spread = List.copyOf(spread);
    }

    /// A metric measured once, without control or goal.
    public static Row of(String metric, double value, String unit, Better better) {
        return new Row(metric, value, unit, null, null, better, List.of(value, value));
    }

    public Row withControl(double value) {
        return new Row(metric, this.value, unit, value, goal, better, spread);
    }

    public Row withGoal(double value) {
        return new Row(metric, this.value, unit, control, value, better, spread);
    }

    public Row withSpread(double lowest, double highest) {
        return new Row(metric, value, unit, control, goal, better, List.of(lowest, highest));
    }

    /// Whether the goal is reached; true where there is none.
    public boolean reachesGoal() {
        return goal == null
                || switch (better) {
                    case HIGHER -> value >= goal;
                    case LOWER -> value <= goal;
                };
    }

    @JsonProperty("better")
    String betterText() {
        return better.toString();
    }
}
