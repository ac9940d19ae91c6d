package dev.penstock.balance;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What was measured of a model and its ranks, and the step from which balancing goes by it.
public record Calibration(long fromStep, CostModel model, RankSpeeds speeds) {

    private static final int PARTS = 5;

    /// Reads what [#toString()] wrote.
    static Calibration parse(String text) {
        String[] parts = text.split(" ", -1);
        try {
            if (parts.length == PARTS) {
                return new Calibration(
                        Long.parseLong(parts[0]),
                        new CostModel(Long.parseLong(parts[1]), Long.parseLong(parts[2]), Long.parseLong(parts[3])),
                        RankSpeeds.ofSlowness(slowness(parts[4])));
            }
        } catch (NumberFormatException notANumber) {
            throw unreadable(text, notANumber);
        }
        throw unreadable(text, null);
    }

    private static List<Integer> slowness(String text) {
        return text.equals("equal")
                ? List.of()
                : Arrays.stream(text.split(",", -1)).map(Integer::valueOf).toList();
    }

    private static ConfigurationException unreadable(String text, @Nullable Throwable cause) {
        return new ConfigurationException(
                FailureMessage.of("reading a calibration")
                        .with("text", text)
                        .remedy("resume with the Penstock version that wrote it, or start anew"),
                cause);
    }

    /// The same, for a world in which ranks may have become others: their speeds are kept only if there are as many.
    Calibration forRanks(int ranks) {
        return speeds.fits(ranks) ? this : new Calibration(fromStep, model, RankSpeeds.EQUAL);
    }

    @Override
    public String toString() {
        String slowness = speeds.slowness().stream().map(String::valueOf).collect(Collectors.joining(","));
        return fromStep + " " + model.perToken() + " " + model.perTokenSquared() + " " + model.perSample() + " "
                + (slowness.isEmpty() ? "equal" : slowness);
    }
}
