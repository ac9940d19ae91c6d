package dev.penstock.balance;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The calibrations of a run in the order of the steps they hold from, each until the next: what balancing goes by, as
/// a function of the step. `toString()` is the text that [#parse] reads.
///
/// @param calibrations ascending by step
public record CalibrationHistory(List<Calibration> calibrations) {

    /// Nothing was measured yet.
    public static final CalibrationHistory NONE = new CalibrationHistory(List.of());

    public CalibrationHistory {
        calibrations = List.copyOf(calibrations);
        for (int i = 1; i < calibrations.size(); i++) {
            if (calibrations.get(i).fromStep() <= calibrations.get(i - 1).fromStep()) {
                throw new IllegalArgumentException("calibrations are not in the order of their steps: " + calibrations);
            }
        }
    }

    public static CalibrationHistory parse(String text) {
        return text.isEmpty()
                ? NONE
                : new CalibrationHistory(Arrays.stream(text.split(";", -1))
                        .map(Calibration::parse)
                        .toList());
    }

    /// The calibration that a step goes by; empty before the first.
    public Optional<Calibration> at(long step) {
        return calibrations.stream().filter(each -> each.fromStep() <= step).reduce((_, later) -> later);
    }

    /// This history and one calibration more, of a later step.
    public CalibrationHistory with(Calibration next) {
        return new CalibrationHistory(
                Stream.concat(calibrations.stream(), Stream.of(next)).toList());
    }

    /// What of it still matters to a run that stands at a step.
    public CalibrationHistory since(long step) {
        long first = at(step).map(Calibration::fromStep).orElse(0L);
        return new CalibrationHistory(
                calibrations.stream().filter(each -> each.fromStep() >= first).toList());
    }

    /// The same without the speeds of another number of ranks.
    public CalibrationHistory forRanks(int ranks) {
        return new CalibrationHistory(
                calibrations.stream().map(each -> each.forRanks(ranks)).toList());
    }

    @Override
    public String toString() {
        return calibrations.stream().map(Calibration::toString).collect(Collectors.joining(";"));
    }
}
