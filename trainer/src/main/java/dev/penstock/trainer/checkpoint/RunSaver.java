package dev.penstock.trainer.checkpoint;

import dev.penstock.trainer.optimize.Optimizer;
import dev.penstock.trainer.tensor.Parameters;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;

/// Saves a run, and tells whoever keeps account of its batches what is safe: a step is committed once its checkpoint is
/// on disk, and never for one that failed.
///
/// Threading: confined to the training thread, on which it commits.
public final class RunSaver {

    private final BackgroundCheckpoints checkpoints;
    private final LongFunction<RunState> states;
    private final Parameters parameters;
    private final Optimizer optimizer;
    private final LongConsumer commit;

    /// @param states of the run by the step that it continues with
    /// @param commit is given the step that a checkpoint on disk continues with
    public RunSaver(
            BackgroundCheckpoints checkpoints,
            LongFunction<RunState> states,
            Parameters parameters,
            Optimizer optimizer,
            LongConsumer commit) {
        this.checkpoints = checkpoints;
        this.states = states;
        this.parameters = parameters;
        this.optimizer = optimizer;
        this.commit = commit;
    }

    /// Begins to save everything as it is now.
    public void save(long nextStep) {
        checkpoints.save(states.apply(nextStep), parameters, optimizer);
    }

    /// Commits the newest checkpoint that is on disk, if it is not; cheap enough for every step.
    public void commitWritten() {
        checkpoints.takeWritten().ifPresent(commit);
    }

    /// Returns once the last save is on disk and committed, and fails if it could not be written.
    public void awaitLast() {
        checkpoints.awaitLatest();
        commitWritten();
    }
}
