package dev.penstock.cli.train;

import dev.penstock.balance.CalibrationHistory;
import dev.penstock.loader.LoaderState;
import dev.penstock.trainer.record.PlanDigest;

/// What every rank of a run must have alike: the model and how it moves, the samples of every step and how ranks share
/// them, and the steps after which all ranks look at results.
///
/// @param position that the loader goes on from
/// @param plan of the first steps
/// @param calibrations made so far
/// @param padValue of elements that belong to no sample
/// @param maxSkippedSteps after which every rank ends
record RunAgreement(
        RunIdentity identity,
        LoaderState position,
        PlanDigest plan,
        Calibrating calibrating,
        CalibrationHistory calibrations,
        long padValue,
        long checkpointEvery,
        int maxSkippedSteps) {

    static RunAgreement of(OpenRun run, RunBeginning beginning, RunSettings settings) {
        return new RunAgreement(
                run.identity(),
                run.loader().state(beginning.step()),
                PlanDigest.of(run.index(), run.config(), run.loader().stepCount()),
                settings.calibrating(),
                beginning.calibrations(),
                run.config().padValue(),
                settings.checkpointing().everySteps(),
                settings.patience().maxSkippedSteps());
    }

    /// Text that only equal ones share, of `name=value`.
    String text() {
        return identity.digest() + " " + position + " " + calibrating.digest() + " calibrations="
                + calibrations.toString().replace(' ', ':') + " padValue=" + padValue + " checkpointEvery="
                + checkpointEvery + " maxSkippedSteps=" + maxSkippedSteps + " plan=" + plan.sha256();
    }
}
