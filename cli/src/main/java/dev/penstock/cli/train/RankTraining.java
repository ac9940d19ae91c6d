package dev.penstock.cli.train;

import dev.penstock.cli.report.Amounts;
import dev.penstock.cli.report.Environment;
import dev.penstock.cli.report.LineFile;
import dev.penstock.cli.report.LoaderReport;
import dev.penstock.cli.report.TraceWriter;
import dev.penstock.cli.report.WarmUpText;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import dev.penstock.gpu.HostBatch;
import dev.penstock.gpu.HostSink;
import dev.penstock.index.DatasetIndex;
import dev.penstock.loader.BatchIterator;
import dev.penstock.loader.Loader;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.loader.LoaderState;
import dev.penstock.order.SampleSeeds;
import dev.penstock.store.ObjectStore;
import dev.penstock.trainer.StepResult;
import dev.penstock.trainer.TrainingStep;
import dev.penstock.trainer.checkpoint.BackgroundCheckpoints;
import dev.penstock.trainer.checkpoint.Checkpoint;
import dev.penstock.trainer.checkpoint.Checkpoints;
import dev.penstock.trainer.checkpoint.RunState;
import dev.penstock.trainer.model.ByteTransformer;
import dev.penstock.trainer.optimize.Optimizer;
import dev.penstock.trainer.record.GitRevision;
import dev.penstock.trainer.record.PlanDigest;
import dev.penstock.trainer.tensor.Libtorch;
import dev.penstock.trainer.world.Collective;
import dev.penstock.trainer.world.CollectiveTimeouts;
import dev.penstock.trainer.world.World;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One rank of a training run: from the newest checkpoint of the run directory, or from the start, to the last step.
///
/// What a step draws at random is a function of seed, step and rank, so a resumed run draws the same.
///
/// Rank 0 writes checkpoints and the record; every rank appends to the trace. A trace line is written before the step's
/// all-reduce, so once rank 0 has a step's result, every rank's line of it is there.
public final class RankTraining {

    private static final long REPORT_NANOS = Duration.ofSeconds(2).toNanos();

    private final World world;
    private final Recipe recipe;
    private final LoaderConfig.Builder loading;
    private final RunDirectory run;
    private final Checkpointing checkpointing;
    private final Optional<Path> trace;
    private final Recording recording;
    private final PrintWriter out;
    private long reportedNanos = System.nanoTime();

    /// @param loading of this rank; its start is moved to the checkpoint's step, if there is one
    /// @param run directory, the same for all ranks
    public RankTraining(
            World world,
            Recipe recipe,
            LoaderConfig.Builder loading,
            Path run,
            Checkpointing checkpointing,
            Optional<Path> trace,
            Recording recording,
            PrintWriter out) {
        this.world = world;
        this.recipe = recipe;
        this.loading = loading;
        this.run = RunDirectory.create(run);
        this.checkpointing = checkpointing;
        this.trace = trace;
        this.recording = recording;
        this.out = out;
    }

    /// Trains to the end and leaves this rank's report in the run directory.
    public void run(DatasetIndex index, ObjectStore store) {
        requireFits(index, recipe);
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
        LoaderConfig config = startingAfter(resumed);
        ByteTransformer model = new ByteTransformer(recipe.shape(), config.seed());
        Optimizer optimizer = recipe.optimization().optimizer(model.parameters());
        try (Collective ranks = Collective.join(world, CollectiveTimeouts.defaults());
                Loader loader = Loader.open(index, store, config);
                BackgroundCheckpoints saving = new BackgroundCheckpoints(checkpoints)) {
            String digest = recipe + " steps=" + loader.stepCount();
            resumed.ifPresent(checkpoint -> {
                requireContinues(checkpoint.state(), loader.state(config.startStep()), digest);
                checkpoint.restore(model.parameters(), optimizer);
            });
            ranks.requireAgreement(
                    "run", digest + " " + loader.state(config.startStep()).toJson());
            ranks.broadcast(model.parameters().values());
            if (world.isFirst()) {
                new StepLog(run.metrics()).cutBack(config.startStep());
                trace.map(StepLog::new).ifPresent(log -> log.cutBack(config.startStep()));
                announce(config, loader, resumed);
            }
            ranks.barrier();
            TrainingStep step = new TrainingStep(
                    model.parameters(),
                    model::lossSum,
                    ranks,
                    optimizer,
                    recipe.optimization().schedule(loader.stepCount(), config.batchSize()),
                    recipe.optimization().maxGradientNorm());
            try (RunRecorder recorder = world.isFirst()
                    ? new RunRecorder(run, started(index, config, loader), recording, saving, out)
                    : null) {
                train(
                        loader,
                        step,
                        recorder,
                        nextStep -> saving.save(
                                new RunState(nextStep, loader.state(nextStep).toJson(), digest),
                                model.parameters(),
                                optimizer));
                saving.awaitLatest();
                if (recorder != null) {
                    recorder.complete();
                }
            }
            ranks.barrier();
        }
    }

    private RunStart started(DatasetIndex index, LoaderConfig config, Loader loader) {
        return new RunStart(
                config.startStep(),
                world.worldSize(),
                loader.stepCount(),
                config.batchSize(),
                config.seed(),
                recipe,
                recording.options(),
                index.digest(),
                PlanDigest.of(index, config, loader.stepCount()),
                GitRevision.of(Path.of("")),
                recording.version(),
                Libtorch.version(),
                Environment.now());
    }

    /// The loss curve of the run so far, with what this rank's loader did; rank 0's, who keeps the curve.
    public TrainingReport report() {
        return TrainingReport.of(Metrics.curve(run.metrics()), run.readReport(world.rank()));
    }

    private LoaderConfig startingAfter(Optional<Checkpoint> resumed) {
        long asked = loading.build().startStep();
        resumed.map(checkpoint -> checkpoint.state().nextStep()).ifPresent(nextStep -> {
            if (asked > nextStep) {
                throw new ConfigurationException(FailureMessage.of("resuming")
                        .with("start", asked)
                        .with("checkpointOfStep", nextStep)
                        .remedy("start no later than the checkpoint, or in a new run directory"));
            }
            loading.startStep(nextStep);
        });
        return loading.build();
    }

    /// Fails before any process or model is made when a sample is longer than the model takes.
    public static void requireFits(DatasetIndex index, Recipe recipe) {
        if (index.longestLength() > recipe.shape().maxSampleBytes()) {
            throw new ConfigurationException(FailureMessage.of("training")
                    .with("longestSample", index.longestLength())
                    .with("maxSampleBytes", recipe.shape().maxSampleBytes())
                    .remedy("index the dataset with --max-length "
                            + recipe.shape().maxSampleBytes() + " --overlong split"));
        }
    }

    private static void requireContinues(RunState saved, LoaderState now, String digest) {
        LoaderState.parse(saved.loaderPosition()).requireContinues(now);
        if (!saved.runDigest().equals(digest)) {
            throw new ConfigurationException(FailureMessage.of("resuming")
                    .with("saved", saved.runDigest())
                    .with("now", digest)
                    .remedy("resume with the saved recipe and number of steps, or start a new run directory"));
        }
    }

    private void announce(LoaderConfig config, Loader loader, Optional<Checkpoint> resumed) {
        out.println(Amounts.format(
                "training on %d ranks, steps %,d to %,d%s",
                world.worldSize(),
                config.startStep(),
                loader.stepCount() - 1,
                resumed.map(checkpoint -> ", resumed from " + checkpoint.directory())
                        .orElse("")));
        out.flush();
    }

    /// Saves everything as of a step.
    private interface Saving {
        void save(long nextStep);
    }

    private void train(Loader loader, TrainingStep step, @Nullable RunRecorder recorder, Saving checkpoints) {
        SampleSeeds stepSeeds = new SampleSeeds(~loader.state(0).seed());
        long begin = System.nanoTime();
        try (TraceWriter tracing =
                        trace.map(LineFile::append).map(TraceWriter::new).orElse(null);
                BatchIterator batches = loader.iterator();
                HostSink sink = new HostSink()) {
            while (batches.hasNext()) {
                StepResult result;
                try (HostBatch staged = sink.accept(batches.next())) {
                    if (tracing != null) {
                        tracing.write(staged.batch());
                    }
                    Libtorch.seed(stepSeeds.of(staged.batch().step(), world.rank()));
                    result = step.train(staged.batch());
                }
                if (recorder != null) {
                    recorder.record(result);
                    report(result, loader);
                    long nextStep = result.step() + 1;
                    if (checkpointing.isDue(nextStep, loader.stepCount())) {
                        checkpoints.save(nextStep);
                    }
                }
            }
        }
        run.writeReport(world.rank(), LoaderReport.of(loader.counters(), System.nanoTime() - begin));
    }

    private void report(StepResult result, Loader loader) {
        long now = System.nanoTime();
        if (now - reportedNanos >= REPORT_NANOS) {
            reportedNanos = now;
            String line = Amounts.format(
                    "step %,d of %,d: loss %.3f nats per byte", result.step() + 1, loader.stepCount(), result.loss());
            out.println(WarmUpText.behind(line, loader.counters().warmUp()));
            out.flush();
        }
    }
}
