package dev.penstock.cli.train;

import dev.penstock.cli.report.Amounts;
import dev.penstock.cli.report.LineFile;
import dev.penstock.error.StoreAccessException;
import dev.penstock.trainer.StepOutcome;
import dev.penstock.trainer.StepResult;
import dev.penstock.trainer.checkpoint.BackgroundCheckpoints;
import dev.penstock.trainer.record.MetricSink;
import dev.penstock.trainer.record.MlflowRun;
import dev.penstock.trainer.record.MlflowTracking;
import dev.penstock.trainer.record.SinkCounters;
import dev.penstock.trainer.record.StepMetrics;
import dev.penstock.trainer.record.TensorBoardEvents;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// What rank 0 writes down while it trains: the start, the curves, and what went wrong with checkpoints.
///
/// Threading: confined to the training thread.
final class RunRecorder implements AutoCloseable {

    /// The end of a run waits no longer for a tracking server.
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final double NANOS_PER_MILLI = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;

    private final RunDirectory run;
    private final BackgroundCheckpoints checkpoints;
    private final PrintWriter out;
    private final long stepCount;
    private final Metrics metrics;
    private final List<MetricSink> sinks = new ArrayList<>();
    private int checkpointsFailed;
    private long skippedSteps;
    private long exposedNanos;
    private long stepNanos;

    RunRecorder(
            RunDirectory run, RunStart start, Recording recording, BackgroundCheckpoints checkpoints, PrintWriter out) {
        this.run = run;
        this.checkpoints = checkpoints;
        this.out = out;
        stepCount = start.steps();
        start.appendTo(run.starts());
        metrics = new Metrics(LineFile.append(run.metrics()));
        sinks.add(TensorBoardEvents.start(run.tensorBoard(), start.startStep(), Clock.systemUTC()));
        recording
                .mlflow()
                .ifPresent(server -> sinks.add(MlflowTracking.start(
                        new MlflowRun(
                                server,
                                recording.experiment(),
                                String.valueOf(run.path().toAbsolutePath().getFileName()),
                                run.mlflowRun(),
                                recording.options(),
                                tags(start)),
                        PATIENCE)));
    }

    private static Map<String, String> tags(RunStart start) {
        Map<String, String> tags = new LinkedHashMap<>();
        tags.put("mlflow.source.name", "penstock train");
        start.git().ifPresent(revision -> tags.put("mlflow.source.git.commit", revision.commit()));
        tags.put("penstock.version", start.version());
        tags.put("penstock.dataset", start.dataset());
        tags.put("penstock.plan", start.plan().sha256());
        return tags;
    }

    void record(StepResult result) {
        metrics.write(result);
        exposedNanos += result.exposedNanos();
        stepNanos += result.stepNanos();
        if (result.outcome() == StepOutcome.SKIPPED) {
            skippedSteps++;
            reportSkipped(result);
        }
        StepMetrics step = new StepMetrics(result.step(), Clock.systemUTC().instant(), values(result));
        sinks.forEach(sink -> sink.record(step));
        reportFailures();
    }

    /// What is no number has no place in a curve.
    private SequencedMap<String, Double> values(StepResult result) {
        SequencedMap<String, Double> values = new LinkedHashMap<>();
        values.put("loss", result.loss());
        values.put("tokens", (double) result.targetCount());
        values.put("learning_rate", result.learningRate());
        values.put("gradient_norm", result.gradientNorm());
        values.put("skipped_steps", (double) skippedSteps);
        values.put("time/compute_ms", result.computeNanos() / NANOS_PER_MILLI);
        values.put("time/reduce_ms", result.reduceNanos() / NANOS_PER_MILLI);
        values.put("time/exposed_ms", result.exposedNanos() / NANOS_PER_MILLI);
        values.put("time/update_ms", result.updateNanos() / NANOS_PER_MILLI);
        values.values().removeIf(value -> !Double.isFinite(value));
        return values;
    }

    private void reportSkipped(StepResult result) {
        out.println(Amounts.format(
                "step %,d of %,d changed nothing: loss %s, gradient norm %s",
                result.step() + 1, stepCount, result.loss(), result.gradientNorm()));
        out.flush();
    }

    private void reportFailures() {
        for (StoreAccessException failed : checkpoints.takeFailures()) {
            checkpointsFailed++;
            out.println("training goes on without a checkpoint: " + failed.getMessage());
            out.flush();
        }
    }

    /// Says that the last step was trained.
    void complete() {
        sinks.forEach(MetricSink::complete);
    }

    @Override
    public void close() {
        try (metrics) {
            sinks.forEach(MetricSink::close);
            reportFailures();
            run.writeRecordReport(report());
        }
    }

    private RecordReport report() {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("directory", run.path().toString());
        files.put("starts", run.starts().toString());
        files.put("metrics", run.metrics().toString());
        files.put("tensorboard", run.tensorBoard().toString());
        files.put("checkpoints", run.checkpoints().toString());
        Optional.of(run.mlflowRun()).filter(Files::exists).ifPresent(file -> files.put("mlflow", file.toString()));
        Map<String, SinkCounters> counters = new LinkedHashMap<>();
        sinks.forEach(sink -> counters.put(sink.name(), sink.counters()));
        return new RecordReport(
                files,
                counters,
                checkpointsFailed,
                checkpoints.heldNanos() / NANOS_PER_SECOND,
                skippedSteps,
                stepNanos == 0 ? 0 : (double) exposedNanos / stepNanos);
    }
}
