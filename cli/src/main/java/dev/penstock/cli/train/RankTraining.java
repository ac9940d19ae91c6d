package dev.penstock.cli.train;

import dev.penstock.balance.CalibrationHistory;
import dev.penstock.cli.report.Amounts;
import dev.penstock.cli.report.BatchWait;
import dev.penstock.cli.report.Environment;
import dev.penstock.cli.report.LineFile;
import dev.penstock.cli.report.LoaderReport;
import dev.penstock.cli.report.ProgressLine;
import dev.penstock.cli.report.TraceWriter;
import dev.penstock.cli.report.WarmUpText;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import dev.penstock.gpu.HostBatch;
import dev.penstock.gpu.HostSink;
import dev.penstock.index.DatasetIndex;
import dev.penstock.loader.BatchIterator;
import dev.penstock.loader.BatchSource;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.loader.LoaderState;
import dev.penstock.store.ObjectStore;
import dev.penstock.trainer.StepResult;
import dev.penstock.trainer.StepSettings;
import dev.penstock.trainer.TrainingStep;
import dev.penstock.trainer.checkpoint.BackgroundCheckpoints;
import dev.penstock.trainer.checkpoint.Checkpoint;
import dev.penstock.trainer.checkpoint.Checkpoints;
import dev.penstock.trainer.checkpoint.RunState;
import dev.penstock.trainer.model.Model;
import dev.penstock.trainer.optimize.Optimizer;
import dev.penstock.trainer.record.GitRevision;
import dev.penstock.trainer.record.PlanDigest;
import dev.penstock.trainer.reduce.GradientReduction;
import dev.penstock.trainer.tensor.Libtorch;
import dev.penstock.trainer.world.Collective;
import dev.penstock.trainer.world.CollectiveTimeouts;
import dev.penstock.trainer.world.World;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One rank of a training run: from the newest checkpoint of the run directory, or from the start, to the last step.
///
/// Rank 0 writes checkpoints and the record; every rank appends to the trace. A trace line is written before the step's
/// all-reduce, so once rank 0 has a step's result, every rank's line of it is there.
public final class RankTraining {

    private static final long REPORT_NANOS = Duration.ofSeconds(2).toNanos();

    private final World world;
    private final Recipe recipe;
    private final LoaderConfig.Builder loading;
    private final LoaderOpening opening;
    private final RunDirectory run;
    private final Checkpointing checkpointing;
    private final Calibrating calibrating;
    private final Optional<Path> trace;
    private final Recording recording;
    private final PrintWriter out;
    private final Supplier<ProgressLine> progress;
    private long reportedNanos = System.nanoTime();

    /// @param loading of this rank; its start is moved to the checkpoint's step, if there is one
    /// @param opening opens the loader of this process, or attaches to one that a daemon runs
    /// @param run directory, the same for all ranks
    /// @param progress where waits that become long are said
    public RankTraining(
            World world,
            Recipe recipe,
            LoaderConfig.Builder loading,
            LoaderOpening opening,
            Path run,
            Checkpointing checkpointing,
            Calibrating calibrating,
            Optional<Path> trace,
            Recording recording,
            PrintWriter out,
            Supplier<ProgressLine> progress) {
        this.world = world;
        this.recipe = recipe;
        this.loading = loading;
        this.opening = opening;
        this.run = RunDirectory.create(run);
        this.checkpointing = checkpointing;
        this.calibrating = calibrating;
        this.trace = trace;
        this.recording = recording;
        this.out = out;
        this.progress = progress;
    }

    /// Trains to the end and leaves this rank's report in the run directory.
    public void run(DatasetIndex index, ObjectStore store) {
        recipe.model().requireFits(index);
        try (FileChannel _ = world.isFirst() ? run.lock() : null) {
            trainFromLatest(index, store);
        } catch (IOException notClosed) {
            throw new StoreAccessException(
                    FailureMessage.of("leaving the run directory").with("found", notClosed), notClosed);
        }
    }

    private void trainFromLatest(DatasetIndex index, ObjectStore store) {
        Libtorch.initialize(1);
        Checkpoints checkpoints = new Checkpoints(run.checkpoints(), checkpointing.keep());
        Optional<Checkpoint> resumed = checkpoints.latest();
        long startStep = startAfter(resumed);
        CalibrationHistory saved = resumed.map(checkpoint ->
                        CalibrationHistory.parse(checkpoint.state().calibration()))
                .orElse(CalibrationHistory.NONE);
        CalibrationHistory history = saved.forRanks(world.worldSize());
        OnlineCalibration calibration = new OnlineCalibration(
                calibrating, world, history, index, loading.startStep(startStep).build());
        LoaderConfig config = loading.assigners(calibration.assigners()).build();
        Model model = recipe.model().build(config.seed());
        Optimizer optimizer = recipe.optimization().optimizer(model.parameters());
        try (Collective ranks = Collective.join(world, CollectiveTimeouts.defaults());
                GradientReduction reduction = recipe.optimization().arithmetic().reduction().of(model.parameters(), ranks);
                BatchSource loader = open(index, store, config);
                BackgroundCheckpoints saving = new BackgroundCheckpoints(checkpoints)) {
            String digest = digest(recipe, loader.stepCount());
            resumed.ifPresent(checkpoint -> {
                requireContinues(checkpoint.state(), loader.state(startStep), digest);
                checkpoint.restore(model.parameters(), optimizer);
            });
            ranks.requireAgreement(
                    "run",
                    digest + " " + loader.state(startStep).toJson() + " calibrate=" + calibrating.schedule() + " "
                            + history);
            ranks.broadcast(model.parameters().values());
            if (world.isFirst()) {
                cutBack(startStep);
                if (!history.equals(saved)) {
                    out.println("the number of ranks is another: measured rank speeds are dropped, the measured cost"
                            + " model stays");
                }
                announce(startStep, loader, resumed);
            }
            ranks.barrier();
            TrainingStep step = new TrainingStep(
                    model.parameters(),
                    recipe.optimization().arithmetic().precision().of(model),
                    ranks,
                    reduction,
                    optimizer,
                    recipe.optimization().schedule(loader.stepCount(), config.batchSize()),
                    StepSettings.defaults().withMaxGradientNorm(recipe.optimization().maxGradientNorm()));
            RunSaver saver = new RunSaver(
                    saving,
                    nextStep -> new RunState(
                            nextStep,
                            loader.state(nextStep).toJson(),
                            calibration.history(nextStep).toString(),
                            digest),
                    model.parameters(),
                    optimizer,
                    loader::commit);
            try (RunRecorder recorder = world.isFirst()
                    ? new RunRecorder(run, started(index, config, loader), recording, saving, out)
                    : null) {
                train(loader, step, calibration, ranks, recorder, saver);
                if (recorder != null) {
                    model.export(run.model());
                    recorder.complete();
                }
            }
            ranks.barrier();
        }
    }

    /// Removes what the run directory says of steps that are trained again.
    private void cutBack(long startStep) {
        new StepLog(run.metrics()).cutBack(startStep);
        trace.map(StepLog::new).ifPresent(log -> log.cutBack(startStep));
        run.cutBackCalibration(startStep);
    }

    private RunStart started(DatasetIndex index, LoaderConfig config, BatchSource loader) {
        return new RunStart(
                config.startStep(),
                world.worldSize(),
                loader.stepCount(),
                config.batchSize(),
                config.seed(),
                recipe.model().digest(),
                recipe.optimization(),
                recording.options(),
                index.digest(),
                PlanDigest.of(index, config, loader.stepCount()),
                GitRevision.of(Path.of("")),
                recording.version(),
                Libtorch.version(),
                Environment.now());
    }

    private BatchSource open(DatasetIndex index, ObjectStore store, LoaderConfig config) {
        try (ProgressLine line = progress.get();
                ProgressLine.Wait _ = line.waitFor(() -> "the shards")) {
            return opening.open(index, store, config);
        }
    }

    /// The loss curve of the run so far, with what this rank's loader did; rank 0's, who keeps the curve.
    public TrainingReport report() {
        return TrainingReport.of(run, recipe.model().lossUnit(), run.readReport(world.rank()));
    }

    private long startAfter(Optional<Checkpoint> resumed) {
        long asked = loading.build().startStep();
        long nextStep = resumed.map(checkpoint -> checkpoint.state().nextStep()).orElse(asked);
        if (asked > nextStep) {
            throw new ConfigurationException(FailureMessage.of("resuming")
                    .with("start", asked)
                    .with("checkpointOfStep", nextStep)
                    .remedy("start no later than the checkpoint, or in a new run directory"));
        }
        return nextStep;
    }

    /// Fails before any process or model is made when the run directory holds a checkpoint that this run does not
    /// continue: the refusal is then one line, whatever the number of ranks.
    public static void requireContinues(
            DatasetIndex index, LoaderConfig config, Recipe recipe, Path run, Checkpointing checkpointing) {
        long stepCount = config.stepCount(index.sampleCount());
        new Checkpoints(RunDirectory.create(run).checkpoints(), checkpointing.keep())
                .latest()
                .map(Checkpoint::state)
                .filter(saved -> saved.nextStep() <= stepCount)
                .ifPresent(saved -> requireContinues(
                        saved, LoaderState.of(index, config, saved.nextStep()), digest(recipe, stepCount)));
    }

    private static String digest(Recipe recipe, long stepCount) {
        return recipe.digest() + " steps=" + stepCount;
    }

    private static void requireContinues(RunState saved, LoaderState now, String digest) {
        LoaderState.parse(saved.loaderPosition()).requireContinues(now);
        if (!saved.runDigest().equals(digest)) {
            DifferentSettings different = DifferentSettings.of(saved.runDigest(), digest);
            throw new ConfigurationException(FailureMessage.of("resuming")
                    .with("differs", different.names())
                    .with("saved", different.saved())
                    .with("now", different.now())
                    .remedy("resume with the saved recipe and number of steps, or start a new run directory"));
        }
    }

    private void announce(long startStep, BatchSource loader, Optional<Checkpoint> resumed) {
        out.println(Amounts.format(
                "training on %d ranks, steps %,d to %,d%s",
                world.worldSize(),
                startStep,
                loader.stepCount() - 1,
                resumed.map(checkpoint -> ", resumed from " + checkpoint.directory())
                        .orElse("")));
        out.flush();
    }

    private void train(
            BatchSource loader,
            TrainingStep step,
            OnlineCalibration calibration,
            Collective ranks,
            @Nullable RunRecorder recorder,
            RunSaver saver) {
        long begin = System.nanoTime();
        try (TraceWriter tracing =
                        trace.map(LineFile::append).map(TraceWriter::new).orElse(null);
                ProgressLine line = progress.get();
                BatchIterator batches = loader.iterator();
                HostSink sink = new HostSink()) {
            BatchWait wait = BatchWait.on(line, loader);
            while (wait.hasNext(batches)) {
                long nextStep;
                List<StepResult> known;
                try (HostBatch staged = sink.accept(batches.next())) {
                    if (tracing != null) {
                        tracing.write(staged.batch());
                    }
                    nextStep = staged.batch().step() + 1;
                    known = new ArrayList<>(step.train(staged.batch(), calibration));
                }
                Optional<CalibrationReport> calibrated = calibration.afterStep(nextStep, ranks);
                boolean isSaved = checkpointing.isDue(nextStep, loader.stepCount());
                if (isSaved) {
                    known.addAll(step.settle());
                }
                if (recorder != null) {
                    known.forEach(result -> record(result, recorder, loader));
                    calibrated.ifPresent(this::report);
                    if (isSaved) {
                        saver.save(nextStep);
                    }
                    saver.commitWritten();
                }
            }
            run.writeReport(world.rank(), LoaderReport.of(loader.counters(), System.nanoTime() - begin));
            if (world.isFirst()) {
                saver.awaitLast();
            }
        }
    }

    private void record(StepResult result, RunRecorder recorder, BatchSource loader) {
        recorder.record(result);
        report(result, loader);
    }

    private void report(CalibrationReport calibrated) {
        run.writeCalibration(calibrated);
        calibrated.lines().forEach(out::println);
        out.flush();
    }

    private void report(StepResult result, BatchSource loader) {
        long now = System.nanoTime();
        if (now - reportedNanos >= REPORT_NANOS) {
            reportedNanos = now;
            String line = Amounts.format(
                    "step %,d of %,d: loss %.3f %s",
                    result.step() + 1,
                    loader.stepCount(),
                    result.loss(),
                    recipe.model().lossUnit());
            out.println(WarmUpText.behind(line, loader.counters().warmUp()));
            out.flush();
        }
    }
}
