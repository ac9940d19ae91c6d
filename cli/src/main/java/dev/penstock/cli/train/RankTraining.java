package dev.penstock.cli.train;

import dev.penstock.cli.profile.WindowRecording;
import dev.penstock.cli.report.Amounts;
import dev.penstock.cli.report.BatchWait;
import dev.penstock.cli.report.LineFile;
import dev.penstock.cli.report.LoaderReport;
import dev.penstock.cli.report.ProgressLine;
import dev.penstock.cli.report.TraceWriter;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import dev.penstock.index.DatasetIndex;
import dev.penstock.loader.BatchIterator;
import dev.penstock.loader.BatchSource;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.store.ObjectStore;
import dev.penstock.trainer.model.Model;
import dev.penstock.trainer.optimize.Optimizer;
import dev.penstock.trainer.reduce.GradientReduction;
import dev.penstock.trainer.tensor.Libtorch;
import dev.penstock.trainer.world.Collective;
import dev.penstock.trainer.world.World;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.Optional;

/// One rank of a training run: opens the pieces, from the newest checkpoint or from the start, and has them trained to
/// the last step.
public final class RankTraining {

    private final World world;
    private final RunSettings settings;
    private final RankLoading loading;
    private final Console console;
    private final RunDirectory directory;

    public RankTraining(World world, RunSettings settings, RankLoading loading, Console console) {
        this.world = world;
        this.settings = settings;
        this.loading = loading;
        this.console = console;
        directory = settings.directory();
    }

    /// Trains to the end and leaves this rank's report in the run directory.
    ///
    /// The ranks meet first, so that all hear at once why one of them cannot begin.
    public void run(DatasetOpening dataset) {
        Libtorch.initialize(1);
        try (Collective ranks = Collective.join(world, settings.patience().timeouts(), console.ending())) {
            ranks.tellingFailures(() -> dataset.open((index, store) -> run(ranks, index, store)));
        }
    }

    private void run(Collective ranks, DatasetIndex index, ObjectStore store) {
        settings.recipe().model().requireFits(index);
        settings.requireProfileWithin(loading.config().build().stepCount(index.sampleCount()));
        try (FileChannel _ = world.isFirst() ? directory.lock() : null) {
            open(ranks, index, store);
        } catch (IOException notClosed) {
            throw new StoreAccessException(
                    FailureMessage.of("leaving the run directory").with("found", notClosed), notClosed);
        }
    }

    private void open(Collective ranks, DatasetIndex index, ObjectStore store) {
        RunBeginning beginning = RunBeginning.of(
                settings.checkpoints().latest(), loading.config().build().startStep(), world.worldSize());
        OnlineCalibration calibration = new OnlineCalibration(
                settings.calibrating(), world, beginning.calibrations(), index, loading.from(beginning.step()));
        LoaderConfig config =
                loading.config().assigners(calibration.assigners()).build();
        Libtorch.seed(config.seed());
        Model model = settings.recipe().model().build(config.seed());
        Optimization optimization = settings.recipe().optimization();
        Optimizer optimizer = optimization.optimizer(model.parameters());
        try (GradientReduction reduction = optimization.arithmetic().reduction().of(model.parameters(), ranks);
                BatchSource loader = openLoader(index, store, config)) {
            RunIdentity identity = beginning.identity(settings.identity(loader.stepCount()));
            OpenRun run = new OpenRun(identity, index, config, loader, ranks, reduction, calibration, model, optimizer);
            ranks.tellingFailures(() -> train(run, beginning));
        }
    }

    private void train(OpenRun run, RunBeginning beginning) {
        beginning.restore(run, settings.weights());
        run.agree(beginning, settings);
        if (world.isFirst()) {
            beginning.cutBack(directory, settings);
            announce(beginning, run.loader().stepCount());
        }
        run.ranks().barrier();
        if (world.isFirst()) {
            try (FirstRank first = new FirstRank(settings, run, console)) {
                train(run, beginning, Optional.of(first));
                first.complete();
            }
        } else {
            train(run, beginning, Optional.empty());
        }
        run.ranks().barrier();
    }

    private BatchSource openLoader(DatasetIndex index, ObjectStore store, LoaderConfig config) {
        try (ProgressLine line = console.progress().get();
                ProgressLine.Wait _ = line.waitFor(() -> "the shards")) {
            return loading.opening().open(index, store, config);
        }
    }

    private void announce(RunBeginning beginning, long stepCount) {
        if (beginning.dropsSpeeds()) {
            console.say("the number of ranks is another: measured rank speeds are dropped, the measured cost model"
                    + " stays");
        }
        console.say(Amounts.format(
                "training on %d ranks, at step %,d of %,d%s",
                world.worldSize(),
                beginning.step(),
                stepCount,
                beginning
                        .checkpoint()
                        .map(checkpoint -> ", resumed from " + checkpoint.directory())
                        .orElse("")));
        settings.profile()
                .flatMap(window -> window.lackingFrom(beginning.step()))
                .ifPresent(console::say);
    }

    private void train(OpenRun run, RunBeginning beginning, Optional<FirstRank> first) {
        long begin = System.nanoTime();
        try (TraceWriter lines = settings.trace()
                        .map(LineFile::append)
                        .map(TraceWriter::new)
                        .orElse(null);
                WindowRecording profile = new WindowRecording(settings.profile(), directory.profile(world.rank()));
                ProgressLine progress = console.progress().get();
                BatchIterator batches = run.loader().iterator()) {
            profile.beforeStep(run.config().startStep());
            new TrainingLoop(
                            run.step(settings.recipe().optimization(), settings.patience()),
                            run.ranks(),
                            run.calibration(),
                            Optional.ofNullable(lines),
                            profile,
                            new Learning(
                                    settings.checkpointing(),
                                    run.loader().stepCount(),
                                    beginning.checkpoint().isPresent()),
                            first)
                    .run(batches, BatchWait.on(progress, run.loader()));
            directory.writeReport(world.rank(), LoaderReport.of(run.loader().counters(), System.nanoTime() - begin));
            first.ifPresent(FirstRank::awaitSaved);
        }
    }

    /// The loss curve of the run so far, with what this rank's loader did; rank 0's, who keeps the curve.
    public TrainingReport report() {
        return TrainingReport.of(directory, settings.recipe().model().lossUnit(), directory.readReport(world.rank()));
    }
}
