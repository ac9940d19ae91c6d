package dev.penstock.cli.train;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;

/// When checkpoints are written and how many stay.
///
/// @param everySteps between two; the last step has one too, unless it was skipped
/// @param keep newest checkpoints that stay
public record Checkpointing(long everySteps, int keep) {

    public Checkpointing {
        if (everySteps < 1) {
            throw new ConfigurationException(FailureMessage.of("checkpoint option")
                    .with("checkpoint-every", everySteps)
                    .remedy("must be at least 1"));
        }
    }

    boolean isDue(long nextStep, long endStep) {
        return nextStep == endStep || nextStep % everySteps == 0;
    }
}
