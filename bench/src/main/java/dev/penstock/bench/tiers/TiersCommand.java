package dev.penstock.bench.tiers;

import dev.penstock.bench.BenchOptions;
import dev.penstock.bench.measure.Measurements;
import dev.penstock.cli.report.Amounts;
import dev.penstock.cli.report.Better;
import dev.penstock.cli.report.Result;
import dev.penstock.cli.report.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The claim: whatever number of jobs share the cache, it is hit as often as an optimal one that knows the future.
///
/// Fixture: one dataset in RAM, from 1 to 8 jobs with random orders of their own that take turns step by step, one
/// block per step, through the leases that a loader uses. A hit is a use that was not read from the origin; the first
/// use of each block is a miss on all sides. The control is an exact Belady replay of the same sequence; LRU and
/// never-evict replays stand beside it. Jobs lease on demand and in turn, without read-ahead, disk tier or differing
/// pace, so that there is one sequence to replay. The gate: every lease holds the block that was asked for. Each round
/// has orders of its own.
@Command(name = "tiers", description = "Cache hits with 1 to 8 jobs, against an exact Belady replay.")
public final class TiersCommand implements Callable<Integer> {

    private static final int[] JOBS = {1, 2, 4, 8};
    private static final int[] CACHE_PERCENT = {10, 50};
    private static final double GOAL_POINTS = 0.5;

    @Mixin
    private final BenchOptions bench = new BenchOptions();

    @Option(names = "--blocks", paramLabel = "N", description = "Blocks of the dataset. Default: ${DEFAULT-VALUE}.")
    private int blocks = 2000;

    @Option(names = "--epochs", paramLabel = "N", description = "Epochs of each job. Default: ${DEFAULT-VALUE}.")
    private int epochs = 5;

    /// Hit ratios in percent, by round.
    private record Ratios(List<Double> ours, List<Double> belady, List<Double> lru, List<Double> neverEvict) {

        static Ratios empty() {
            return new Ratios(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }

        void add(LockstepJobs jobs, int frames) {
            int[] uses = jobs.uses();
            double percent = 100.0 / uses.length;
            ours.add(percent * jobs.hits(frames));
            belady.add(percent * new BeladyReplay().hits(uses, jobs.blockCount(), frames));
            lru.add(percent * new LruReplay().hits(uses, jobs.blockCount(), frames));
            neverEvict.add(percent * new NeverEvictReplay().hits(uses, jobs.blockCount(), frames));
        }

        /// How far every round is from its optimum, in points.
        Measurements distance() {
            double[] points = new double[ours.size()];
            for (int round = 0; round < points.length; round++) {
                points[round] = Math.abs(ours.get(round) - belady.get(round));
            }
            return Measurements.of(points);
        }
    }

    @Override
    public Integer call() {
        bench.common().requireWritableResult();
        Result result = new Result("tiers")
                .param("blocks", blocks)
                .param("epochs", epochs)
                .param("rounds", bench.rounds());
        double worst = 0;
        List<String> quotes = new ArrayList<>();
        for (int jobs : JOBS) {
            for (int percent : CACHE_PERCENT) {
                Ratios ratios = measure(jobs, Math.max(2, blocks * percent / 100));
                rows(Amounts.format("jobs%d.cache%d.", jobs, percent), ratios).forEach(result::row);
                worst = Math.max(worst, ratios.distance().most());
                if (percent == CACHE_PERCENT[0]) {
                    quotes.add(Amounts.format(
                            "%d: %.1f %% (LRU %.1f %%)",
                            jobs,
                            Measurements.of(ratios.ours()).median(),
                            Measurements.of(ratios.lru()).median()));
                }
            }
        }
        return bench.conclude(
                result,
                Amounts.format(
                        "tiers: at most %.2f points from exact Belady; hits at %d %% cache by number of jobs: %s",
                        worst, CACHE_PERCENT[0], String.join(", ", quotes)));
    }

    private Ratios measure(int jobs, int frames) {
        Ratios ratios = Ratios.empty();
        for (int round = 0; round < bench.rounds(); round++) {
            ratios.add(LockstepJobs.random(blocks, epochs, jobs, round), frames);
        }
        return ratios;
    }

    private static List<Row> rows(String name, Ratios ratios) {
        double optimum = Measurements.of(ratios.belady()).median();
        return List.of(
                Measurements.of(ratios.ours())
                        .row(name + "hit_ratio", "%", Better.HIGHER)
                        .withControl(optimum),
                ratios.distance()
                        .row(name + "from_belady", "points", Better.LOWER)
                        .withGoal(GOAL_POINTS),
                Measurements.of(ratios.lru())
                        .row(name + "lru_hit_ratio", "%", Better.HIGHER)
                        .withControl(optimum),
                Measurements.of(ratios.neverEvict())
                        .row(name + "never_evict_hit_ratio", "%", Better.HIGHER)
                        .withControl(optimum));
    }
}
