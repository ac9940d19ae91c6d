package dev.penstock.bench.resume;

import dev.penstock.batch.Batch;
import dev.penstock.bench.BenchOptions;
import dev.penstock.bench.DatasetOptions;
import dev.penstock.bench.measure.BenchDataset;
import dev.penstock.bench.measure.Measurements;
import dev.penstock.cli.report.Amounts;
import dev.penstock.cli.report.Better;
import dev.penstock.cli.report.Result;
import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import dev.penstock.index.DatasetIndex;
import dev.penstock.loader.BatchIterator;
import dev.penstock.loader.Loader;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.order.Remainder;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The claim: a run resumes at step 1,000,000 in the time it starts at step 0, within a tenth.
///
/// Fixture: a loader whose blocks are all resident, as after a restart with a warm cache; measured is the time from
/// asking for a stream to holding its first batch, threads started and planned from nothing. The two steps take turns
/// within a round, and a round's ratio is that of the medians of its turns; the control is step 0. The gate: the far
/// loader's first batch is the step asked for, and has the samples that the order says.
@Command(name = "resume", description = "Time to the first batch at a far step, against step 0.")
public final class ResumeCommand implements Callable<Integer> {

    private static final double GOAL_RATIO = 1.10;

    @Mixin
    private final BenchOptions bench = new BenchOptions();

    @Mixin
    private final DatasetOptions data = new DatasetOptions();

    @Option(names = "--step", paramLabel = "N", description = "The far step. Default: ${DEFAULT-VALUE}.")
    private long step = 1_000_000;

    @Option(names = "--batch", paramLabel = "N", description = "Samples in a global batch. Default: ${DEFAULT-VALUE}.")
    private int batch = 64;

    @Option(names = "--starts", paramLabel = "N", description = "Starts per round, of each step. Default: ${DEFAULT-VALUE}.")
    private int starts = 25;

    @Override
    public Integer call() {
        bench.common().requireWritableResult();
        try (BenchDataset dataset = data.open();
                Loader near = open(dataset, 0);
                Loader far = open(dataset, step)) {
            makeResident(near, dataset.index());
            makeResident(far, dataset.index());
            return conclude(near, far);
        }
    }
}
