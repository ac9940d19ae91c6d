package dev.penstock.cli;

import dev.penstock.cli.option.AttachOptions;
import dev.penstock.cli.option.Balance;
import dev.penstock.cli.option.CalibrationSchedule;
import dev.penstock.cli.option.CommonOptions;
import dev.penstock.cli.option.CostUnit;
import dev.penstock.cli.option.DaemonOptions;
import dev.penstock.cli.option.EffectiveOptions;
import dev.penstock.cli.option.LoaderOptions;
import dev.penstock.cli.option.Locations;
import dev.penstock.cli.option.OptimizationOptions;
import dev.penstock.cli.option.TrackingOptions;
import dev.penstock.cli.profile.LoaderRecording;
import dev.penstock.cli.profile.ProfileWindow;
import dev.penstock.cli.report.Result;
import dev.penstock.cli.train.Calibrating;
import dev.penstock.cli.train.Checkpointing;
import dev.penstock.cli.train.Console;
import dev.penstock.cli.train.LoaderOpening;
import dev.penstock.cli.train.LocalTraining;
import dev.penstock.cli.train.Patience;
import dev.penstock.cli.train.RankLoading;
import dev.penstock.cli.train.RankTraining;
import dev.penstock.cli.train.Recipe;
import dev.penstock.cli.train.RecordReport;
import dev.penstock.cli.train.Recording;
import dev.penstock.cli.train.RunDaemon;
import dev.penstock.cli.train.RunProfile;
import dev.penstock.cli.train.RunSettings;
import dev.penstock.cli.train.TrainingReport;
import dev.penstock.cli.train.WarmStart;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.index.DatasetIndex;
import dev.penstock.loader.Loader;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.trainer.StepSettings;
import dev.penstock.trainer.world.CollectiveTimeouts;
import dev.penstock.trainer.world.ParentWatch;
import dev.penstock.trainer.world.World;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `penstock train`: starts the ranks of this host, or is one of them where a launcher's environment says so.
@Command(
        name = "train",
        description = {
            "Train a recipe, data-parallel over processes.",
            "--ranks N starts N processes here. Where torchrun's RANK, WORLD_SIZE, LOCAL_RANK, MASTER_ADDR and"
                    + " MASTER_PORT are set, or srun, mpirun or mpiexec says so, this process is that rank.",
            "A run directory that holds a checkpoint is continued from it."
        })
final class TrainCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Mixin
    private final LoaderOptions loading = new LoaderOptions();

    @Mixin
    private final OptimizationOptions optimizing = new OptimizationOptions();

    @Mixin
    private final TrackingOptions tracking = new TrackingOptions();

    @Mixin
    private final DaemonOptions daemon = new DaemonOptions();

    @Parameters(
            index = "0",
            paramLabel = "RECIPE",
            description = "byte-lm, series or module, or a YAML file that names with 'recipe' the one it is based on,"
                    + " and says how it differs.")
    private String recipe = "";

    @Parameters(index = "1", paramLabel = "URI", description = "URI or path of the dataset.")
    private URI location = URI.create("");

    @Option(
            names = "--model",
            paramLabel = "FILE",
            description = "TorchScript module to train, with recipe 'module' or one based on it.")
    private Optional<Path> model = Optional.empty();

    @Option(
            names = "--run",
            paramLabel = "DIR",
            description = "Where checkpoints, curves and the record of the run are kept; the same command continues"
                    + " from there. Default: ${DEFAULT-VALUE}.")
    private Path run = Path.of("penstock-run");

    @Option(
            names = "--weights",
            paramLabel = "FILE",
            description = "Begin with these weights: a safetensors file, or a state dict of PyTorch, with the names and"
                    + " shapes of the model. A run that has a checkpoint continues from that.")
    private Optional<Path> weights = Optional.empty();

    @Option(
            names = "--checkpoint-every",
            paramLabel = "N",
            description = "Steps between checkpoints; the last step has one too. Default: ${DEFAULT-VALUE}.")
    private long checkpointEvery = 50;

    @Option(names = "--keep", paramLabel = "K", description = "Newest checkpoints to keep. Default: ${DEFAULT-VALUE}.")
    private int keep = 2;

    @Option(
            names = "--max-skipped-steps",
            paramLabel = "N",
            description =
                    "A step whose loss or gradient is not finite changes nothing; more than N of them in a row end"
                            + " the run. Default: ${DEFAULT-VALUE}.")
    private int maxSkippedSteps = StepSettings.defaults().maxSkippedSteps();

    @Option(
            names = "--calibrate",
            paramLabel = "off|STEP|every=N",
            description = "After so many steps, fit the cost model and the speed of each rank to the times measured;"
                    + " balancing goes by them 32 steps later. No sample changes its step. With off, runs repeat to"
                    + " the bit. Default: ${DEFAULT-VALUE}.")
    private CalibrationSchedule calibrate = new CalibrationSchedule.Off();

    @Option(
            names = "--rank-timeout",
            paramLabel = "SECONDS",
            description = "Give up a rank of which nothing is heard for so long; all ranks then stop and name it. One"
                    + " that ends is noticed at once, one that is alive may be late by minutes. Default:"
                    + " ${DEFAULT-VALUE}.")
    private long rankTimeout = CollectiveTimeouts.defaults().silence().toSeconds();

    @Option(
            names = "--trace",
            paramLabel = "FILE",
            description = "Write a JSON line per epoch, step and rank: sample ids, their crc32c, bytes. A continued run"
                    + " continues it.")
    private Optional<Path> trace = Optional.empty();

    @Option(
            names = "--profile",
            paramLabel = "FIRST:END",
            description =
                    "Record what every stage did in steps FIRST to END - 1: profile.json in the run directory, for"
                            + " ui.perfetto.dev or chrome://tracing, and a recording per process for JDK Mission Control. With"
                            + " --daemon, fetch and decode are the daemon's and not in it.")
    private Optional<ProfileWindow> profile = Optional.empty();

    @Override
    public Integer call() throws InterruptedException {
        common.requireWritableResult();
        if (loading.rank().isPresent()) {
            throw new ConfigurationException(FailureMessage.of("training")
                    .with("rank", loading.rank().get())
                    .remedy("leave --rank out: the environment says which rank a process is"));
        }
        if (loading.balance() instanceof Balance.Off && !(calibrate instanceof CalibrationSchedule.Off)) {
            throw new ConfigurationException(FailureMessage.of("training")
                    .with("balance", loading.balance())
                    .with("calibrate", calibrate)
                    .remedy("costs and speeds are for balancing: use --balance exact, or leave --calibrate out"));
        }
        Recipe chosen = Recipe.find(recipe, model, optimizing.stated());
        chosen.requireFits(loading.balance());
        Map<String, String> environment = System.getenv();
        Recording recording = new Recording(
                        PenstockCommand.VERSION,
                        EffectiveOptions.of(spec),
                        tracking.mlflow(environment),
                        tracking.experiment(environment))
                .with(chosen);
        RunSettings settings = new RunSettings(
                chosen,
                run,
                weights.map(WarmStart::of),
                new Checkpointing(checkpointEvery, keep),
                calibrating(chosen),
                trace,
                profile,
                recording,
                new Patience(
                        maxSkippedSteps, CollectiveTimeouts.defaults().withSilence(Duration.ofSeconds(rankTimeout))));
        if (World.isLaunched(environment)) {
            trainRank(settings, environment);
        } else {
            trainLocally(settings);
        }
        return ExitCode.DONE;
    }

    private void trainRank(RunSettings settings, Map<String, String> environment) {
        ParentWatch.start(environment);
        World world = World.fromEnvironment(environment);
        if (loading.ranks() != 1 && loading.ranks() != world.worldSize()) {
            throw new ConfigurationException(FailureMessage.of("training")
                    .with("ranks", loading.ranks())
                    .with("WORLD_SIZE", world.worldSize())
                    .remedy("leave --ranks out under a launcher, or clear the launcher's variables"));
        }
        int localRanks = world.localRanks(environment);
        Recipe chosen = settings.recipe();
        LoaderConfig.Builder config =
                withRecipe(loading.toLoaderConfig(chosen.model().costModel(), world, localRanks), chosen);
        if (world.localRank() == 0 && RunDaemon.socket(environment).isEmpty()) {
            loading.discardOtherTiers(localRanks);
        }
        boolean concludes = world.isFirst() && !ParentWatch.hasParent(environment);
        Optional<RunProfile> profiling = concludes ? RunProfile.of(settings, config.build()) : Optional.empty();
        RankTraining training = new RankTraining(
                world,
                settings,
                new RankLoading(config, opening(chosen, environment)),
                new Console(common.out(), common::progress, FailureReport::halt));
        training.run(use -> {
            try (OpenDataset dataset = OpenDataset.at(location, common)) {
                use.accept(dataset.index(), dataset.store());
            }
        });
        if (concludes) {
            join(profiling, world.worldSize());
            conclude(training.report(), config.build());
        }
    }

    private Calibrating calibrating(Recipe chosen) {
        return new Calibrating(
                calibrate, loading.costModel(chosen.model().costModel()), loading.balance(), loading.microBatches());
    }

    private LoaderOpening opening(Recipe chosen, Map<String, String> environment) {
        Optional<Path> own = RunDaemon.socket(environment);
        if (own.isPresent()) {
            return (_, _, config) ->
                    RunDaemon.attach(own.get(), location, sent(AttachOptions.ofData(spec), chosen, config), config);
        }
        if (!daemon.isRemote()) {
            return Loader::open;
        }
        if (!(calibrate instanceof CalibrationSchedule.Off)) {
            throw new ConfigurationException(FailureMessage.of("training")
                    .with("calibrate", calibrate)
                    .remedy("leave --calibrate out with --daemon, whose costs stay those it was attached with"));
        }
        SortedMap<String, String> stated = daemon.stated();
        return (_, _, config) -> daemon.attach(
                location, sent(stated, chosen, config), config.startStep(), "train " + run.toAbsolutePath());
    }

    /// What a daemon, which knows neither the recipe nor the files of this process, is told of the data.
    private SortedMap<String, String> sent(SortedMap<String, String> stated, Recipe chosen, LoaderConfig config) {
        stated.put("cost", CostUnit.text(loading.costModel(chosen.model().costModel())));
        stated.put("ranks", Integer.toString(config.ranks()));
        stated.put("rank", config.localRanks().getFirst().toString());
        stated.put("batch", Integer.toString(config.batchSize()));
        config.steps().ifPresent(count -> stated.put("steps", Long.toString(count)));
        return stated;
    }

    /// What neither the command line nor the config file says is the recipe's.
    private LoaderConfig.Builder withRecipe(LoaderConfig.Builder config, Recipe chosen) {
        if (loading.batch().isEmpty()) {
            config.batchSize(chosen.batch());
        }
        if (loading.steps().isEmpty() && loading.epochs().isEmpty()) {
            config.steps(chosen.steps());
        }
        return config;
    }

    private void trainLocally(RunSettings settings) throws InterruptedException {
        Recipe chosen = settings.recipe();
        LoaderConfig config = withRecipe(loading.toLoaderConfig(chosen.model().costModel()), chosen)
                .build();
        common.detail(config.toString());
        try (OpenDataset dataset = OpenDataset.at(location, common)) {
            chosen.model().requireFits(dataset.index());
            config.requireFits(dataset.index().longestLength());
            settings.requireContinues(dataset.index(), config);
            Optional<RunProfile> profiling = RunProfile.of(settings, config);
            TrainingReport report = train(chosen, config, dataset.index(), profiling);
            join(profiling, config.ranks());
            conclude(report, config);
        }
    }

    private void join(Optional<RunProfile> profiling, int ranks) {
        profiling.map(each -> each.join(ranks)).ifPresent(common.out()::println);
    }

    /// Ranks that calibrate have a loader each: what divides their later steps is found by them on their way.
    private TrainingReport train(Recipe chosen, LoaderConfig config, DatasetIndex index, Optional<RunProfile> profiling)
            throws InterruptedException {
        if (daemon.isRemote() || !(calibrate instanceof CalibrationSchedule.Off)) {
            return train(chosen, Map.of());
        }
        loading.discardOtherTiers(0);
        try (RunDaemon own = RunDaemon.open(config, index);
                LoaderRecording _ = profiling.map(each -> each.record(own)).orElse(null)) {
            return train(chosen, own.environment());
        }
    }

    private TrainingReport train(Recipe chosen, Map<String, String> environment) throws InterruptedException {
        List<String> arguments =
                new ArrayList<>(spec.root().commandLine().getParseResult().originalArgs());
        return new LocalTraining(
                        Main.class.getName(),
                        arguments,
                        loading.ranks(),
                        environment,
                        run,
                        chosen.model().lossUnit())
                .run(System.out, System.err);
    }

    private void conclude(TrainingReport report, LoaderConfig config) {
        RecordReport record = RecordReport.of(run);
        report.lines().forEach(common.out()::println);
        record.lines().forEach(common.out()::println);
        loading.balance().remark(config.ranks()).ifPresent(common.out()::println);
        common.out().flush();
        Result result = common.newResult().param("recipe", recipe).param("uri", Locations.shown(location));
        loading.describe(config, result);
        result.param("calibrate", calibrate);
        common.write(result.rows(report.rows()).rows(record.rows()).detail("record", record));
    }
}
