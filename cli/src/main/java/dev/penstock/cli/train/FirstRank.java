package dev.penstock.cli.train;

import dev.penstock.trainer.StepResult;
import dev.penstock.trainer.checkpoint.BackgroundCheckpoints;
import dev.penstock.trainer.checkpoint.RunSaver;

/// What rank 0 does for all: it records, reports and saves.
///
/// Threading: confined to the training thread.
final class FirstRank implements AutoCloseable {

    private final OpenRun run;
    private final Console console;
    private final RunDirectory directory;
    private final BackgroundCheckpoints checkpoints;
    private final RunSaver saver;
    private final RunRecorder recorder;
    private final StepReport report;

    FirstRank(RunSettings settings, OpenRun run, Console console) {
        this.run = run;
        this.console = console;
        directory = settings.directory();
        checkpoints = new BackgroundCheckpoints(settings.checkpoints());
        saver = new RunSaver(checkpoints, run::state, run.model().parameters(), run.optimizer(), run.loader()::commit);
        recorder = new RunRecorder(
                directory, RunStart.of(settings, run), settings.recording(), checkpoints, console.out());
        report = new StepReport(console, run.loader(), settings.recipe().model().lossUnit());
    }

    void record(StepResult result) {
        recorder.record(result);
        report.trained(result);
    }

    void record(CalibrationReport calibrated) {
        directory.writeCalibration(calibrated);
        calibrated.lines().forEach(console::say);
    }

    /// Begins a checkpoint where one is to be written, and commits the one before if it is on disk by now.
    void save(long nextStep, boolean saves) {
        if (saves) {
            saver.save(nextStep);
        }
        saver.commitWritten();
    }

    /// Returns once the last checkpoint is on disk and committed, while the loader's stream is still open.
    void awaitSaved() {
        saver.awaitLast();
    }

    /// Leaves the trained weights, and says that the last step was trained.
    void complete() {
        run.model().export(directory.model());
        recorder.complete();
    }

    @Override
    public void close() {
        try (checkpoints) {
            recorder.close();
        }
    }
}
