package dev.penstock.bench.epoch;

import dev.penstock.bench.BenchOptions;
import dev.penstock.bench.DatasetOptions;
import dev.penstock.bench.measure.BenchDataset;
import dev.penstock.bench.measure.Measurements;
import dev.penstock.cli.report.Amounts;
import dev.penstock.cli.report.Better;
import dev.penstock.cli.report.Result;
import dev.penstock.cli.report.Row;
import dev.penstock.loader.BatchIterator;
import dev.penstock.loader.Loader;
import dev.penstock.loader.LoaderConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The claim: a consumer waits no longer where one epoch ends and the next begins than at any other step.
///
/// Fixture: everything resident, an endless stream, and a consumer that only closes batches, so that each wait is the
/// time the loader takes for one batch and nothing hides a pause. At a boundary two steps count: the one that holds
/// the last samples of an epoch and the one after it. The control is all other steps of the same rounds. The gate: the
/// boundaries found are as many as the epochs read.
@Command(name = "epoch", description = "Wait where an epoch begins, against all other steps.")
public final class EpochCommand implements Callable<Integer> {

    /// Of the means: with a saturated loader most batches are ready and a few waits make up the time, so a median would
    /// overlook a pause.
    private static final double GOAL_MEAN_RATIO = 1.10;

    @Mixin
    private final BenchOptions bench = new BenchOptions();

    @Mixin
    private final DatasetOptions data = new DatasetOptions();

    @Option(names = "--batch", paramLabel = "N", description = "Samples in a global batch. Default: ${DEFAULT-VALUE}.")
    private int batch = 64;

    @Option(names = "--epochs", paramLabel = "N", description = "Epochs per round. Default: ${DEFAULT-VALUE}.")
    private int epochs = 100;

    @Override
    public Integer call() {
        bench.common().requireWritableResult();
        try (BenchDataset dataset = data.open()) {
            LoaderConfig config = dataset.residentLoader().batchSize(batch).build();
            try (Loader loader = Loader.open(dataset.index(), dataset.store(), config);
                    BatchIterator stream = loader.iterator()) {
                List<BoundaryWaits> rounds = new ArrayList<>();
                // The first round warms up.
                for (int round = 0; round <= bench.rounds(); round++) {
                    BoundaryWaits waits = BoundaryWaits.measure(stream, epochs);
                    if (round > 0) {
                        rounds.add(waits);
                    }
                }
                return conclude(rounds);
            }
        }
    }

    private int conclude(List<BoundaryWaits> rounds) {
        Measurements boundary = Measurements.of(rounds.stream()
                .flatMap(round -> round.boundaryMicros().stream())
                .toList());
        Measurements other = Measurements.of(
                rounds.stream().flatMap(round -> round.otherMicros().stream()).toList());
        Measurements ratio = Measurements.of(
                rounds.stream().mapToDouble(BoundaryWaits::meanRatio).toArray());
        Result result = new Result("epoch")
                .param("batch", batch)
                .param("epochs", epochs)
                .param("rounds", rounds.size())
                .row(ratio.row("boundary_wait_ratio", "1", Better.LOWER).withGoal(GOAL_MEAN_RATIO))
                .row(against("boundary_wait_mean_us", boundary.mean(), other.mean()))
                .row(against("boundary_wait_median_us", boundary.median(), other.median()))
                .row(against("boundary_wait_p99_us", boundary.quantile(0.99), other.quantile(0.99)))
                .row(against("boundary_wait_most_us", boundary.most(), other.most()));
        return bench.conclude(
                result,
                Amounts.format(
                        "epoch: a boundary waits %.2f times as long as any other step "
                                + "(mean %.0f against %.0f us, p99 %.0f against %.0f us)",
                        ratio.median(), boundary.mean(), other.mean(), boundary.quantile(0.99), other.quantile(0.99)));
    }

    private static Row against(String metric, double boundary, double other) {
        return Row.of(metric, boundary, "us", Better.LOWER).withControl(other);
    }
}
