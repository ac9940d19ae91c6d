package dev.penstock.cli.train;

import dev.penstock.balance.CalibrationHistory;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.trainer.checkpoint.Checkpoint;
import java.util.Optional;

/// Where this start of a run takes it up: after the newest checkpoint, or at its first step.
///
/// @param step the first to train
/// @param saved calibrations of the checkpoint
/// @param calibrations the same, without the speeds of ranks that are no more
record RunBeginning(
        Optional<Checkpoint> checkpoint, long step, CalibrationHistory saved, CalibrationHistory calibrations) {

    /// @param asked first step where there is no checkpoint; no later than that of one that there is
    static RunBeginning of(Optional<Checkpoint> latest, long asked, int ranks) {
        CalibrationHistory saved = latest.map(checkpoint ->
                        CalibrationHistory.parse(checkpoint.state().calibration()))
                .orElse(CalibrationHistory.NONE);
        return new RunBeginning(latest, stepAfter(latest, asked), saved, saved.forRanks(ranks));
    }

    private static long stepAfter(Optional<Checkpoint> latest, long asked) {
        long nextStep = latest.map(checkpoint -> checkpoint.state().nextStep()).orElse(asked);
        if (asked > nextStep) {
            throw new ConfigurationException(FailureMessage.of("resuming")
                    .with("start", asked)
                    .with("checkpointOfStep", nextStep)
                    .remedy("start no later than the checkpoint, or in a new run directory"));
        }
        return nextStep;
    }

    /// The run that is taken up.
    RunIdentity identity(RunIdentity stated) {
        return checkpoint.map(found -> stated.continuing(found.state())).orElse(stated);
    }

    /// Makes model and optimiser what the checkpoint holds, if it is one of this run; without one, the model what the
    /// given weights are.
    void restore(OpenRun run, Optional<WarmStart> weights) {
        checkpoint.ifPresentOrElse(
                found -> {
                    run.identity().requireContinues(found.state(), run.loader().state(step));
                    found.restore(run.model().parameters(), run.optimizer());
                },
                () -> weights.ifPresent(given -> given.load(run.model())));
    }

    /// Removes what the run directory says of steps that are trained again.
    void cutBack(RunDirectory directory, RunSettings settings) {
        new StepLog(directory.metrics()).cutBack(step);
        settings.trace().map(StepLog::new).ifPresent(log -> log.cutBack(step));
        directory.cutBackCalibration(step);
        if (settings.profile().filter(window -> step < window.end()).isPresent()) {
            directory.removeProfile();
        }
    }

    /// Whether speeds of ranks were measured that this start has no use for.
    boolean dropsSpeeds() {
        return !calibrations.equals(saved);
    }
}
