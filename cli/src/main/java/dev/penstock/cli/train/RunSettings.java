package dev.penstock.cli.train;

import dev.penstock.cli.profile.ProfileWindow;
import dev.penstock.index.DatasetIndex;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.loader.LoaderState;
import dev.penstock.trainer.checkpoint.Checkpoint;
import dev.penstock.trainer.checkpoint.Checkpoints;
import java.nio.file.Path;
import java.util.Optional;

/// What a run is, the same for all of its ranks.
///
/// @param run directory, on a file system that all ranks see
/// @param weights that it begins with, where it has no checkpoint
/// @param trace file that every rank appends to
/// @param profile steps that every rank records
public record RunSettings(
        Recipe recipe,
        Path run,
        Optional<WarmStart> weights,
        Checkpointing checkpointing,
        Calibrating calibrating,
        Optional<Path> trace,
        Optional<ProfileWindow> profile,
        Recording recording,
        Patience patience) {

    RunDirectory directory() {
        return RunDirectory.create(run);
    }

    Checkpoints checkpoints() {
        return new Checkpoints(directory().checkpoints(), checkpointing.keep());
    }

    /// What a checkpoint of this run, with so many steps, is told from others by.
    RunIdentity identity(long stepCount) {
        return new RunIdentity(recipe.digest() + " steps=" + stepCount, weights.map(WarmStart::sha256));
    }

    void requireProfileWithin(long stepCount) {
        profile.ifPresent(window -> window.requireWithin(stepCount));
    }

    /// Fails before any process or model is made when the run directory holds a checkpoint that this run does not
    /// continue, or a profile is asked for of steps that it does not have: the refusal is then one line, whatever the
    /// number of ranks.
    public void requireContinues(DatasetIndex index, LoaderConfig config) {
        long stepCount = config.stepCount(index.sampleCount());
        requireProfileWithin(stepCount);
        checkpoints()
                .latest()
                .map(Checkpoint::state)
                .filter(saved -> saved.nextStep() <= stepCount)
                .ifPresent(saved ->
                        identity(stepCount).requireContinues(saved, LoaderState.of(index, config, saved.nextStep())));
    }
}
