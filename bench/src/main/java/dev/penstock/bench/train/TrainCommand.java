package dev.penstock.bench.train;

import dev.penstock.batch.Batch;
import dev.penstock.bench.BenchOptions;
import dev.penstock.bench.measure.BenchDataset;
import dev.penstock.bench.measure.Measurements;
import dev.penstock.cli.demo.DemoDataset;
import dev.penstock.cli.demo.JdkSources;
import dev.penstock.cli.report.Amounts;
import dev.penstock.cli.report.Better;
import dev.penstock.cli.report.Result;
import dev.penstock.cli.report.Row;
import dev.penstock.cli.train.Recipe;
import dev.penstock.loader.BatchIterator;
import dev.penstock.loader.Loader;
import dev.penstock.loader.LoaderConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The claims: a second rank on a second core makes steps shorter, and it is said what keeps it from halving them; at
/// most 15 % of a step is communication that nothing hides; the model is fed 99 % of the time; a loader takes at most
/// 50 us per step of the training thread; and memory does not grow with steps.
///
/// Fixture: the demo's model and data, on one rank and then on two over loopback, in turn, with the same global
/// batches; both must see the same samples and come to the same loss. Phases are those of the stages' events, over the
/// steps after the warm-up. The loader's cost is measured in this process, over batches that are ready, against an
/// iterator that hands out the same batch again. Memory is that of a small model on two ranks at steps 1,000 and
/// 3,000, with checkpoints and a heap that is resident from the start: see [SteadyMemory].
@Command(
        name = "train",
        description = "A second rank against one, exposed communication, and what loading costs the training thread.")
public final class TrainCommand implements Callable<Integer> {

    private static final double GOAL_EXPOSED_SHARE = 0.15;
    private static final double GOAL_FED_SHARE = 0.99;
    private static final double GOAL_LOADER_MICROS = 50;

    /// A page in four steps: what an allocator does, not what a forgotten tensor per step does.
    private static final double GOAL_RESIDENT_GROWTH = 1024;

    private static final double GOAL_HEAP_GROWTH = 64;

    /// Of each round of the loader; a second.
    private static final int LOADER_STEPS = 500;

    @Mixin
    private final BenchOptions bench = new BenchOptions();

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Where the demo's data is packed, once, and runs are made."
                    + " Default: ~/.cache/penstock/bench-train.")
    private Path directory = Path.of(System.getProperty("user.home"), ".cache", "penstock", "bench-train");

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Steps that are measured in each run. Default: ${DEFAULT-VALUE}.")
    private long steps = 30;

    @Option(names = "--warm-up", paramLabel = "N", description = "Steps before those. Default: ${DEFAULT-VALUE}.")
    private long warmUp = 15;

    @Override
    public Integer call() throws InterruptedException {
        bench.common().requireWritableResult();
        int maxSampleBytes = Recipe.find(Recipe.BYTE_LM).model().maxSampleLength();
        JdkSources sources = JdkSources.find(Path.of(System.getProperty("java.home")));
        DemoDataset data = new DemoDataset(directory.toAbsolutePath(), sources, maxSampleBytes);
        if (!data.isPacked()) {
            data.pack(_ -> {});
        }
        List<SecondRank> rounds = new ArrayList<>();
        List<Double> reproducible = new ArrayList<>();
        List<Double> halfPrecision = new ArrayList<>();
        DemoTraining training = new DemoTraining(data, warmUp, warmUp + steps);
        for (int round = 0; round < bench.rounds(); round++) {
            rounds.add(new SecondRank(training.run(1), training.run(2)));
            reproducible.add(training.run(2, "--reduction=reproducible").stepMillis());
            halfPrecision.add(training.run(2, "--precision=bf16").stepMillis());
        }
        Result result = new Result("train")
                .param("steps", steps)
                .param("warmUp", warmUp)
                .param("rounds", rounds.size())
                .param("cores", Runtime.getRuntime().availableProcessors());
        addRanks(rounds, result);
        double control = over(rounds, round -> round.two().stepMillis()).median();
        result.row(Measurements.of(reproducible)
                        .row("step_ms_reproducible", "ms", Better.LOWER)
                        .withControl(control))
                .row(Measurements.of(halfPrecision)
                        .row("step_ms_bf16", "ms", Better.LOWER)
                        .withControl(control));
        addLoader(data, result);
        addMemory(SteadyMemory.measure(data.newRun()), result);
        return bench.conclude(result, quote(rounds));
    }

    private static void addRanks(List<SecondRank> rounds, Result result) {
        result.row(over(rounds, SecondRank::speedUp).row("speed_up_two_ranks", "1", Better.HIGHER))
                .row(over(rounds, round -> round.two().stepMillis())
                        .row("step_ms", "ms", Better.LOWER)
                        .withControl(
                                over(rounds, round -> round.one().stepMillis()).median()))
                .row(over(rounds, round -> round.two().exposedShare())
                        .row("exposed_share", "1", Better.LOWER)
                        .withGoal(GOAL_EXPOSED_SHARE))
                .row(over(rounds, round -> round.two().fedShare())
                        .row("fed_share", "1", Better.HIGHER)
                        .withGoal(GOAL_FED_SHARE));
        for (String phase : List.of("wait", "copy", "forward", "backward", "reduce", "update")) {
            result.row(over(rounds, round -> round.two().phaseMillis(phase))
                    .row(phase + "_ms", "ms", Better.LOWER)
                    .withControl(over(rounds, round -> round.one().phaseMillis(phase))
                            .median()));
        }
        for (SecondRank.Bound bound : SecondRank.Bound.values()) {
            result.row(over(rounds, round -> round.lostMillis().getOrDefault(bound, 0.0))
                    .row("lost_to_" + bound.name().toLowerCase(Locale.ROOT) + "_ms", "ms", Better.LOWER));
        }
    }

    private void addLoader(DemoDataset data, Result result) {
        List<Double> medians = new ArrayList<>();
        List<Double> tails = new ArrayList<>();
        List<Double> controls = new ArrayList<>();
        try (BenchDataset dataset = BenchDataset.at(data.shards().toUri())) {
            LoaderConfig config = dataset.residentLoader()
                    .batchSize(Recipe.find(Recipe.BYTE_LM).batch())
                    .build();
            try (Loader loader = Loader.open(dataset.index(), dataset.store(), config);
                    BatchIterator stream = loader.iterator();
                    Batch kept = stream.next();
                    BatchIterator same = LoaderOverhead.again(kept)) {
                // The first round warms up.
                for (int round = 0; round <= bench.rounds(); round++) {
                    Measurements loading = LoaderOverhead.measure(stream, LOADER_STEPS);
                    Measurements control = LoaderOverhead.measure(same, LOADER_STEPS);
                    if (round > 0) {
                        medians.add(loading.median());
                        tails.add(loading.quantile(0.99));
                        controls.add(control.median());
                    }
                }
            }
        }
        double control = Measurements.of(controls).median();
        result.row(Measurements.of(medians)
                        .row("loader_us_per_step", "us", Better.LOWER)
                        .withControl(control)
                        .withGoal(GOAL_LOADER_MICROS))
                .row(Measurements.of(tails).row("loader_p99_us_per_step", "us", Better.LOWER));
    }

    private static void addMemory(SteadyMemory memory, Result result) {
        result.row(Row.of("rss_growth_b_per_step", memory.residentGrowthPerStep(), "B", Better.LOWER)
                        .withGoal(GOAL_RESIDENT_GROWTH))
                .row(Row.of("heap_growth_b_per_step", memory.heapGrowthPerStep(), "B", Better.LOWER)
                        .withGoal(GOAL_HEAP_GROWTH))
                .row(Row.of("rss_at_step_3000", memory.lateResidentBytes(), "B", Better.LOWER)
                        .withControl(memory.earlyResidentBytes()));
    }

    private static String quote(List<SecondRank> rounds) {
        SecondRank.Bound bound = rounds.stream()
                .sorted((one, other) -> Double.compare(one.speedUp(), other.speedUp()))
                .toList()
                .get(rounds.size() / 2)
                .bound();
        return Amounts.format(
                "train: two ranks are %.2f times as fast as one; %s of a step is exposed communication, fed %s; what"
                        + " bounds it: %s",
                over(rounds, SecondRank::speedUp).median(),
                Amounts.share(over(rounds, round -> round.two().exposedShare()).median()),
                Amounts.share(over(rounds, round -> round.two().fedShare()).median()),
                bound.words());
    }

    private static Measurements over(List<SecondRank> rounds, ToDoubleFunction<SecondRank> metric) {
        return Measurements.of(rounds.stream().mapToDouble(metric).toArray());
    }
}
