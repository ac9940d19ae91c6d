package dev.penstock.bench.train;

import dev.penstock.cli.Main;
import dev.penstock.cli.demo.DemoDataset;
import dev.penstock.cli.profile.ProfileWindow;
import dev.penstock.cli.profile.StepPhases;
import dev.penstock.cli.profile.WindowRecording;
import dev.penstock.cli.train.Recipe;
import dev.penstock.cli.train.TrainingReport;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import dev.penstock.trainer.world.JavaCommand;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Runs of the demo's model over the demo's data, as the command line starts them, with the last steps measured.
///
/// @param warmUp steps before those that are measured
/// @param steps of a run
record DemoTraining(DemoDataset data, long warmUp, long steps) {

    /// Memory for all of the data, so that no run differs from another by what it has to fetch again.
    private static final List<String> RESIDENT = List.of("--ram=1G", "--slots=64M");

    /// What no run of the benchmark is asked to do in the steps that are measured.
    private static final String NO_CHECKPOINT = "--checkpoint-every=" + Integer.MAX_VALUE;

    /// Trains once.
    ///
    /// @param options in which runs differ
    MeasuredRun run(int ranks, String... options) throws InterruptedException {
        Path run = data.newRun();
        List<String> arguments = new ArrayList<>(
                List.of("train", Recipe.BYTE_LM, data.shards().toUri().toString(), "--run=" + run, NO_CHECKPOINT));
        arguments.addAll(RESIDENT);
        arguments.add("--ranks=" + ranks);
        arguments.add("--steps=" + steps);
        arguments.add("--profile=" + new ProfileWindow(warmUp, steps));
        arguments.addAll(List.of(options));
        train(arguments);
        TrainingReport report = TrainingReport.ofLocalRanks(run, ranks, "nats per byte");
        List<List<StepPhases>> times = new ArrayList<>();
        for (int rank = 0; rank < ranks; rank++) {
            times.add(StepPhases.read(rank, WindowRecording.file(run, rank)));
        }
        return new MeasuredRun(report.loading().samples(), report.lossFirst(), report.lossLast(), times);
    }

    private static void train(List<String> arguments) throws InterruptedException {
        try {
            Process command = new ProcessBuilder(JavaCommand.like(Main.class.getName(), arguments))
                    .redirectOutput(Redirect.DISCARD)
                    .redirectError(Redirect.INHERIT)
                    .start();
            try {
                int exitCode = command.waitFor();
                if (exitCode != 0) {
                    throw new IllegalStateException("the benchmark's training ended with " + exitCode + ": see above");
                }
            } finally {
                command.destroy();
            }
        } catch (IOException notStarted) {
            throw new StoreAccessException(
                    FailureMessage.of("starting the benchmark's training").with("found", notStarted), notStarted);
        }
    }
}
