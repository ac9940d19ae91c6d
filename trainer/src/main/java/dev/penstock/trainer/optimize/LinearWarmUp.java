package dev.penstock.trainer.optimize;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;

/// A straight line up to the first rate of another schedule, which then runs from its own step 0.
///
/// @param steps of the line, the last of which has the full rate; 0 leaves it out
/// @param firstShare first rate of the line over its last
/// @param after what follows
public record LinearWarmUp(long steps, double firstShare, Schedule after) implements Schedule {

    public LinearWarmUp {
        if (steps < 0 || !(firstShare >= 0 && firstShare <= 1)) {
            throw new ConfigurationException(FailureMessage.of("warm-up")
                    .with("steps", steps)
                    .with("firstShare", firstShare)
                    .remedy("at least 0 steps, a share between 0 and 1"));
        }
    }

    /// A line that would be at zero one step before the run.
    public static LinearWarmUp fromZero(long steps, Schedule after) {
        return new LinearWarmUp(steps, 1.0 / Math.max(1, steps), after);
    }

    @Override
    public double learningRate(long step) {
        if (step >= steps) {
            return after.learningRate(step - steps);
        }
        double progress = steps == 1 ? 1 : step / (double) (steps - 1);
        return after.learningRate(0) * (firstShare + (1 - firstShare) * progress);
    }
}
