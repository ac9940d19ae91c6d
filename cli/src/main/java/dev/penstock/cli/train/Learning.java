package dev.penstock.cli.train;

import dev.penstock.error.DivergedException;
import dev.penstock.error.FailureMessage;
import dev.penstock.trainer.StepResult;
import java.util.List;

/// Whether a run learns: what its checkpoints wait for, and what its end requires.
///
/// A checkpoint that is due after a step that was skipped would take the place of a good one with weights that may be
/// why it was skipped. It is written after the next step that is applied; until then every result is read at once. So
/// wherever there is a checkpoint, something was learned.
///
/// Outcomes are the same on every rank, and so is what follows from them here. Threading: confined to the training
/// thread.
final class Learning {

    private final Checkpointing checkpointing;
    private final long endStep;
    private boolean learned;
    private boolean sound;
    private boolean due;
    private long skipped;
    private long withoutTarget;

    /// @param endStep first step that there is not
    /// @param continued whether there is a checkpoint already
    Learning(Checkpointing checkpointing, long endStep, boolean continued) {
        this.checkpointing = checkpointing;
        this.endStep = endStep;
        learned = continued;
        sound = continued;
    }

    /// Whether all results must be known before anything follows a step.
    boolean settles(long nextStep) {
        due |= checkpointing.isDue(nextStep, endStep);
        return due;
    }

    /// Takes in what became of steps.
    void saw(List<StepResult> known) {
        for (StepResult result : known) {
            switch (result.outcome()) {
                case APPLIED -> {
                    learned = true;
                    sound = true;
                }
                case SKIPPED -> {
                    skipped++;
                    sound = false;
                }
                case NO_TARGET -> withoutTarget++;
            }
        }
    }

    /// Whether a checkpoint is written now; once for all that were due since the last.
    boolean saves() {
        boolean saves = due && sound;
        due &= !saves;
        return saves;
    }

    /// Fails when steps were trained and the weights are those that the run began with.
    void requireLearned() {
        if (!learned && skipped + withoutTarget > 0) {
            throw new DivergedException(FailureMessage.of("training")
                    .with("appliedSteps", 0)
                    .with("skippedSteps", skipped)
                    .with("stepsWithoutTarget", withoutTarget)
                    .remedy("nothing was learned: look for samples without targets, for weights or data that are not"
                            + " finite, or lower the learning rate"));
        }
    }
}
