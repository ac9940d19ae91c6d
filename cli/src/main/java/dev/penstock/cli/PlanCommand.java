package dev.penstock.cli;

import dev.penstock.cli.option.CommonOptions;
import dev.penstock.cli.option.CostUnit;
import dev.penstock.cli.option.LoaderOptions;
import dev.penstock.cli.option.Locations;
import dev.penstock.cli.plan.BalanceForecast;
import dev.penstock.cli.plan.CacheForecast;
import dev.penstock.cli.plan.LengthsFile;
import dev.penstock.cli.plan.PlanPage;
import dev.penstock.cli.report.Amounts;
import dev.penstock.cli.report.Better;
import dev.penstock.cli.report.ProgressLine;
import dev.penstock.cli.report.Result;
import dev.penstock.cli.report.Row;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.index.DatasetIndex;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.order.GlobalBatches;
import dev.penstock.order.SampleOrder;
import dev.penstock.order.Shuffle;
import dev.penstock.order.ShuffleQuality;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.LongToIntFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `penstock plan`: what a run would do, from the index or from lengths alone.
@Command(
        name = "plan",
        description = {
            "Say what a run would do: balance certificate, shuffle quality, cache forecast.",
            "Without --steps, one epoch is planned, " + PlanCommand.DEFAULT_STEPS + " steps of it at most."
        })
final class PlanCommand implements Callable<Integer> {

    /// Enough for stable means, and a second of work.
    static final long DEFAULT_STEPS = 1000;

    /// What the smallest number of open shards is stated for.
    private static final double WANTED_EFFECTIVE_SHARE = 0.9;

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Mixin
    private final LoaderOptions loading = new LoaderOptions();

    @Parameters(arity = "0..1", paramLabel = "URI", description = "URI or path of the dataset.")
    private Optional<URI> location = Optional.empty();

    @Option(
            names = "--lengths",
            paramLabel = "FILE",
            description = "Plan without data: one length per line, in order. --shuffle then defaults to none.")
    private Optional<Path> lengths = Optional.empty();

    @Option(
            names = "--assignments",
            description = "Add the sample ids per step, rank and micro-batch to --json; with --rank, that rank's only.")
    private boolean assignments;

    @Option(names = "--html", paramLabel = "FILE", description = "Draw the plan as a page that needs nothing else.")
    private Optional<Path> html = Optional.empty();

    @Option(
            names = "--correlation",
            paramLabel = "RHO",
            description = "How alike the samples of a shard, or of like length, are, 0 to 1, for the effective batch"
                    + " size. Default: ${DEFAULT-VALUE}, the worst case.")
    private double correlation = 1;

    /// What was printed, for the page.
    private final List<String> printed = new ArrayList<>();

    @Override
    public Integer call() {
        requireUsable();
        if (location.isPresent() == lengths.isPresent()) {
            throw new ConfigurationException(FailureMessage.of("planning")
                    .with("uri", location.map(Locations::shown).orElse("none"))
                    .with("lengths", lengths.map(Path::toString).orElse("none"))
                    .remedy("give a dataset or --lengths FILE, one of the two"));
        }
        if (location.isPresent()) {
            planDataset(location.get());
        } else {
            planLengths(LengthsFile.read(lengths.get()));
        }
        return ExitCode.DONE;
    }

    /// Fails before the work for what would only show after it.
    private void requireUsable() {
        common.requireWritableResult();
        html.ifPresent(file -> CommonOptions.requireWritable("html", file));
        if (assignments) {
            common.requireResultFor("--assignments");
        }
        if (!(correlation >= 0 && correlation <= 1)) {
            throw new ConfigurationException(FailureMessage.of("planning")
                    .with("correlation", correlation)
                    .remedy("--correlation must be from 0 to 1"));
        }
    }

    private void planDataset(URI uri) {
        LoaderConfig config = config(new Shuffle.Full());
        try (OpenDataset dataset = OpenDataset.at(uri, common)) {
            DatasetIndex index = dataset.index();
            Result result = common.newResult().param("uri", Locations.shown(uri));
            CacheForecast cache = CacheForecast.of(index, config);
            print(cache.lines());
            plan(config, index.firstSamples(), index::length, index.longestLength(), result);
            common.write(result.rows(cache.rows()).rows(dataset.rows()));
        }
    }

    private void planLengths(int[] known) {
        Result result = common.newResult().param("lengths", lengths.orElseThrow());
        int longest = Arrays.stream(known).max().orElse(0);
        plan(config(new Shuffle.None()), new long[] {0, known.length}, sample -> known[(int) sample], longest, result);
        common.write(result);
    }

    private LoaderConfig config(Shuffle defaultShuffle) {
        LoaderConfig.Builder builder = loading.toLoaderConfig(CostUnit.typicalAttention());
        if (loading.shuffle().isEmpty()) {
            builder.shuffle(defaultShuffle);
        }
        if (loading.epochs().isEmpty() && loading.steps().isEmpty()) {
            builder.epochs(1);
        }
        return builder.build();
    }

    private void print(List<String> lines) {
        lines.forEach(common.out()::println);
        printed.addAll(lines);
    }

    private void plan(
            LoaderConfig config, long[] firstSamples, LongToIntFunction lengthOf, int longest, Result result) {
        config.requireFits(longest);
        SampleOrder order = new SampleOrder(firstSamples, config.shuffle(), config.seed());
        GlobalBatches batches = new GlobalBatches(
                order.sampleCount(),
                config.batchSize(),
                config.epochs().orElse(GlobalBatches.UNBOUNDED),
                config.remainder());
        long endStep = endStep(config, batches);
        BalanceForecast forecast = new BalanceForecast(
                loading.costModel(CostUnit.typicalAttention()),
                loading.microBatches(),
                config.ranks(),
                loading.balance(),
                order,
                batches,
                lengthOf,
                longest,
                correlation);
        List<BalanceForecast.MicroBatch> assigned = new ArrayList<>();
        try (ProgressLine progress = common.progress()) {
            for (long step = config.startStep(); step < endStep; step++) {
                long shown = step;
                progress.show(() -> "planning step " + Amounts.count(shown));
                forecast.plan(step, microBatch -> {
                    if (assignments && config.localRanks().contains(microBatch.rank())) {
                        assigned.add(microBatch);
                    }
                });
            }
        }
        loading.describe(config, result);
        long steps = endStep - config.startStep();
        print(List.of(Amounts.format(
                "samples: %s; planned steps %s to %s, batches of %s over %s ranks",
                Amounts.count(order.sampleCount()),
                Amounts.count(config.startStep()),
                Amounts.count(endStep - 1),
                Amounts.count(config.batchSize()),
                Amounts.count(config.ranks()))));
        print(forecast.lines());
        result.row(Row.of("samples", order.sampleCount(), "samples", Better.HIGHER))
                .row(Row.of("steps", steps, "steps", Better.HIGHER))
                .rows(forecast.rows());
        reportShuffle(config, firstSamples, result);
        html.ifPresent(file -> PlanPage.write(file, "penstock plan " + subject(), forecast, printed));
        if (assignments) {
            result.detail("assignments", assigned);
        }
        common.out().flush();
    }

    private String subject() {
        return location.map(Locations::shown)
                .orElseGet(() -> lengths.orElseThrow().toString());
    }

    private long endStep(LoaderConfig config, GlobalBatches batches) {
        long limit =
                config.steps().orElse(Math.min(config.startStep(), Long.MAX_VALUE - DEFAULT_STEPS) + DEFAULT_STEPS);
        long end = Math.min(limit, batches.stepCount());
        if (end <= config.startStep()) {
            throw new ConfigurationException(FailureMessage.of("planning")
                    .with("start", config.startStep())
                    .with("steps", end)
                    .remedy("the run ends before --start"));
        }
        return end;
    }

    private void reportShuffle(LoaderConfig config, long[] firstSamples, Result result) {
        ShuffleQuality quality = new ShuffleQuality(firstSamples, config.batchSize(), correlation);
        double share = quality.effectiveShare(config.shuffle());
        print(List.of(Amounts.format(
                "shuffle %s: effective batch %.1f of %,d (%s) at correlation %.2f; k=%d reaches %s",
                config.shuffle(),
                share * config.batchSize(),
                config.batchSize(),
                Amounts.share(share),
                correlation,
                quality.smallestOpenShards(WANTED_EFFECTIVE_SHARE),
                Amounts.share(WANTED_EFFECTIVE_SHARE))));
        result.param("correlation", correlation)
                .row(Row.of("effective_batch_share", share, "1", Better.HIGHER))
                .row(Row.of(
                        "open_shards_for_90_percent",
                        quality.smallestOpenShards(WANTED_EFFECTIVE_SHARE),
                        "shards",
                        Better.LOWER));
    }
}
