package dev.penstock.trainer;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;

/// What a step goes by besides its model, optimiser and schedule.
///
/// @param maxGradientNorm a longer gradient is shortened to it; infinity never clips
/// @param resultLag steps whose results may still be on their way when the next one begins; 0 waits for each
/// @param maxSkippedSteps that may be skipped in a row, for a loss or gradient that is not finite
public record StepSettings(double maxGradientNorm, int resultLag, int maxSkippedSteps) {

    /// Enough for an accelerator to be computing while the host is some steps ahead.
    private static final int RESULT_LAG = 4;

    /// A bad batch is one step, an overflow of bf16 a few; more are a run that no longer learns.
    private static final int MAX_SKIPPED_STEPS = 10;

    public StepSettings {
        if (!(maxGradientNorm > 0)) {
            throw refused("maxGradientNorm", maxGradientNorm, "must be > 0");
        }
        if (resultLag < 0) {
            throw refused("resultLag", resultLag, "must be at least 0");
        }
        if (maxSkippedSteps < 0) {
            throw refused("maxSkippedSteps", maxSkippedSteps, "must be at least 0");
        }
    }

    private static ConfigurationException refused(String name, Object value, String remedy) {
        return new ConfigurationException(
                FailureMessage.of("training step").with(name, value).remedy(remedy));
    }

    /// No clipping.
    public static StepSettings defaults() {
        return new StepSettings(Double.POSITIVE_INFINITY, RESULT_LAG, MAX_SKIPPED_STEPS);
    }

    public StepSettings withMaxGradientNorm(double norm) {
        return new StepSettings(norm, resultLag, maxSkippedSteps);
    }

    public StepSettings withResultLag(int steps) {
        return new StepSettings(maxGradientNorm, steps, maxSkippedSteps);
    }

    public StepSettings withMaxSkippedSteps(int steps) {
        return new StepSettings(maxGradientNorm, resultLag, steps);
    }
}
