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
import dev.penstock.loader.BatchIterator;
import dev.penstock.loader.Loader;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.order.SampleOrder;
import dev.penstock.order.Shuffle;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
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

    @Option(
            names = "--starts",
            paramLabel = "N",
            description = "Starts per round, of each step. Default: ${DEFAULT-VALUE}.")
    private int starts = 100;

    @Override
    public Integer call() {
        bench.common().requireWritableResult();
        try (BenchDataset dataset = data.open();
                Loader near = open(dataset, 0);
                Loader far = open(dataset, step)) {
            warm(near, dataset);
            warm(far, dataset);
            return conclude(near, far);
        }
    }

    private Loader open(BenchDataset dataset, long startStep) {
        LoaderConfig config =
                dataset.residentLoader().batchSize(batch).startStep(startStep).build();
        return Loader.open(dataset.index(), dataset.store(), config);
    }

    /// Two epochs' worth of samples have at least one whole epoch among them, and so every block.
    private void warm(Loader loader, BenchDataset dataset) {
        try (BatchIterator stream = loader.iterator()) {
            try (Batch first = stream.next()) {
                requireSamples(first, dataset);
            }
            for (long left = 2 * dataset.index().sampleCount(); left > 0; left -= batch) {
                stream.next().close();
            }
        }
    }

    private void requireSamples(Batch first, BenchDataset dataset) {
        long samples = dataset.index().sampleCount();
        SampleOrder order = new SampleOrder(dataset.index().firstSamples(), new Shuffle.Full(), 0);
        long position = first.step() * batch;
        Set<Long> expected = LongStream.range(position, position + batch)
                .mapToObj(at -> order.epoch(at / samples).sampleAt(at % samples))
                .collect(Collectors.toSet());
        Set<Long> found = IntStream.range(0, first.sampleCount())
                .mapToObj(first::sampleId)
                .collect(Collectors.toSet());
        if (!found.equals(expected)) {
            throw new CorruptDataException(FailureMessage.of("checking a resumed batch before timing")
                    .with("step", first.step())
                    .with("expected", expected)
                    .with("found", found));
        }
    }

    private int conclude(Loader near, Loader far) {
        List<Double> nearMillis = new ArrayList<>();
        List<Double> farMillis = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round <= bench.rounds(); round++) {
            double[] nearStarts = new double[starts];
            double[] farStarts = new double[starts];
            for (int start = 0; start < starts; start++) {
                nearStarts[start] = millisToFirstBatch(near);
                farStarts[start] = millisToFirstBatch(far);
            }
            // The first round warms up.
            if (round > 0) {
                nearMillis.add(Measurements.of(nearStarts).median());
                farMillis.add(Measurements.of(farStarts).median());
                ratios.add(farMillis.getLast() / nearMillis.getLast());
            }
        }
        Measurements ratio = Measurements.of(ratios);
        Measurements control = Measurements.of(nearMillis);
        Measurements resumed = Measurements.of(farMillis);
        Result result = new Result("resume")
                .param("step", step)
                .param("batch", batch)
                .param("starts", starts)
                .param("rounds", ratios.size())
                .row(ratio.row("resume_ratio", "1", Better.LOWER).withGoal(GOAL_RATIO))
                .row(resumed.row("first_batch_ms", "ms", Better.LOWER).withControl(control.median()))
                .row(control.row("first_batch_step_0_ms", "ms", Better.LOWER));
        return bench.conclude(
                result,
                Amounts.format(
                        "resume: first batch of step %s after %.2f ms, %.2f times step 0's (%.2f ms)",
                        Amounts.count(step), resumed.median(), ratio.median(), control.median()));
    }

    private static double millisToFirstBatch(Loader loader) {
        long start = System.nanoTime();
        try (BatchIterator stream = loader.iterator()) {
            Batch first = stream.next();
            double millis = (System.nanoTime() - start) / 1e6;
            first.close();
            return millis;
        }
    }
}
