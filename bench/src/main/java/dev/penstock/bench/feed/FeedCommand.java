package dev.penstock.bench.feed;

import dev.penstock.batch.Batch;
import dev.penstock.bench.BenchOptions;
import dev.penstock.bench.DatasetOptions;
import dev.penstock.bench.feed.FeedRound.ControlRun;
import dev.penstock.bench.measure.BenchDataset;
import dev.penstock.bench.measure.DeliveryCheck;
import dev.penstock.bench.measure.Measurements;
import dev.penstock.bench.measure.ProcessMeter;
import dev.penstock.cli.report.Amounts;
import dev.penstock.cli.report.Better;
import dev.penstock.cli.report.Result;
import dev.penstock.cli.report.Row;
import dev.penstock.loader.BatchIterator;
import dev.penstock.loader.Loader;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.loader.Stage;
import dev.penstock.order.Remainder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The claim: from blocks in the RAM tier to packed batches in page-locked slots, small samples move at half the speed
/// of a plain memory copy or better, and the batch path allocates at most 1 KB per batch.
///
/// Fixture: the JDK's sources as WebDataset shards, all resident; full shuffle, an endless stream, every sample
/// verified by checksum as in any run; a consumer that only closes batches. Before timing, one epoch is delivered and
/// checked sample by sample. Each round takes batches untimed until the loader's reserves are used up, then times
/// the loader, then the controls over the same number of bytes: a plain copy by one thread (the control of the claim),
/// the same samples gathered one by one, and the plain copy on as many threads as decode.
@Command(name = "feed", description = "RAM tier to packed slots, as a share of a plain memory copy of the same bytes.")
public final class FeedCommand implements Callable<Integer> {

    /// More samples than a stream plans ahead, so that none of the timed batches was prepared before the clock ran.
    private static final long RESERVE_SAMPLES = 1 << 17;

    private static final double GOAL_SHARE_OF_COPY = 0.5;
    private static final double GOAL_BYTES_PER_BATCH = 1024;

    @Mixin
    private final BenchOptions bench = new BenchOptions();

    @Mixin
    private final DatasetOptions data = new DatasetOptions();

    @Option(names = "--batch", paramLabel = "N", description = "Samples in a global batch. Default: ${DEFAULT-VALUE}.")
    private int batch = 64;

    @Option(names = "--ranks", paramLabel = "N", description = "Ranks that share a batch. Default: ${DEFAULT-VALUE}.")
    private int ranks = 1;

    @Option(names = "--threads", paramLabel = "N", description = "Decode threads. Default: one per core.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--epochs", paramLabel = "N", description = "Epochs per round. Default: ${DEFAULT-VALUE}.")
    private int epochs = 20;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of the order. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Override
    public Integer call() {
        bench.common().requireWritableResult();
        try (BenchDataset dataset = data.open()) {
            checkDelivery(dataset);
            LoaderConfig config = config(dataset).build();
            try (Loader loader = Loader.open(dataset.index(), dataset.store(), config);
                    BatchIterator stream = loader.iterator()) {
                FeedRun.drain(stream, RESERVE_SAMPLES);
                long peakBytes = ProcessMeter.peakResidentBytes();
                try (CopyControl control = new CopyControl(dataset, batch, config.slotBytes(), seed)) {
                    return conclude(measure(loader, stream, dataset, control), peakBytes);
                }
            }
        }
    }

    private LoaderConfig.Builder config(BenchDataset dataset) {
        return dataset.residentLoader().seed(seed).batchSize(batch).ranks(ranks).decodeThreads(threads);
    }

    private void checkDelivery(BenchDataset dataset) {
        LoaderConfig oneEpoch =
                config(dataset).epochs(1).remainder(Remainder.SHORT).build();
        DeliveryCheck check = new DeliveryCheck(dataset.index());
        try (Loader loader = Loader.open(dataset.index(), dataset.store(), oneEpoch);
                BatchIterator stream = loader.iterator()) {
            while (stream.hasNext()) {
                try (Batch delivered = stream.next()) {
                    check.check(delivered);
                }
            }
        }
        check.requireComplete();
    }

    private List<FeedRound> measure(Loader loader, BatchIterator stream, BenchDataset dataset, CopyControl control) {
        long samples = epochs * dataset.index().sampleCount();
        List<FeedRound> rounds = new ArrayList<>();
        // The first round warms up the compiler and the controls' memory.
        for (int round = 0; round <= bench.rounds(); round++) {
            FeedRun.drain(stream, RESERVE_SAMPLES);
            FeedRun feed = FeedRun.time(loader, stream, samples);
            FeedRound measured = new FeedRound(
                    feed,
                    ControlRun.of(feed.payloadBytes(), control::stream),
                    ControlRun.of(epochs * control.payloadBytes(), _ -> control.gather(epochs)),
                    ControlRun.of(feed.payloadBytes(), bytes -> control.streamOn(threads, bytes)));
            if (round > 0) {
                rounds.add(measured);
            }
        }
        return rounds;
    }

    private int conclude(List<FeedRound> rounds, long peakBytes) {
        Measurements share = over(rounds, FeedRound::shareOfCopy);
        Measurements rate = over(rounds, round -> round.feed().gigabytesPerSec());
        Measurements samples = over(rounds, round -> round.feed().samplesPerSec());
        Measurements copy = over(rounds, round -> round.copy().gigabytesPerSec());
        Measurements allocation = over(rounds, round -> round.feed().allocatedBytesPerBatch());

        Result result = new Result("feed")
                .param("batch", batch)
                .param("ranks", ranks)
                .param("threads", threads)
                .param("epochs", epochs)
                .param("rounds", rounds.size())
                .param("seed", seed)
                .row(share.row("share_of_copy", "1", Better.HIGHER).withGoal(GOAL_SHARE_OF_COPY))
                .row(samples.row("samples_per_s", "samples/s", Better.HIGHER))
                .row(rate.row("gb_per_s", "GB/s", Better.HIGHER).withControl(copy.median()))
                .row(copy.row("copy_gb_per_s", "GB/s", Better.HIGHER))
                .row(over(rounds, round -> round.gather().gigabytesPerSec())
                        .row("gather_gb_per_s", "GB/s", Better.HIGHER))
                .row(over(rounds, FeedRound::shareOfGather).row("share_of_gather", "1", Better.HIGHER))
                .row(over(rounds, round -> round.threadedCopy().gigabytesPerSec())
                        .row("threaded_copy_gb_per_s", "GB/s", Better.HIGHER))
                .row(over(rounds, FeedRound::shareOfThreadedCopy).row("share_of_threaded_copy", "1", Better.HIGHER))
                .row(over(rounds, round -> round.feed().cpuSecondsPerGigabyte())
                        .row("cpu_s_per_gb", "s/GB", Better.LOWER)
                        .withControl(over(rounds, round -> round.copy().cpuSecondsPerGigabyte())
                                .median()))
                .row(allocation
                        .row("allocated_bytes_per_batch", "B", Better.LOWER)
                        .withGoal(GOAL_BYTES_PER_BATCH))
                .row(Row.of("peak_rss_without_control", peakBytes, "B", Better.LOWER));
        for (Stage stage : Stage.values()) {
            String metric = "wait_share_" + stage.name().toLowerCase(Locale.ROOT);
            result.row(over(rounds, round -> round.feed().waitShare(stage)).row(metric, "1", Better.LOWER));
        }
        return bench.conclude(
                result,
                Amounts.format(
                        "feed: %s samples/s, %.1f GB/s: %s of a plain copy (%.1f GB/s), "
                                + "%.0f B allocated per batch of %d",
                        Amounts.count(Math.round(samples.median())),
                        rate.median(),
                        Amounts.share(share.median()),
                        copy.median(),
                        allocation.median(),
                        batch));
    }

    private static Measurements over(List<FeedRound> rounds, ToDoubleFunction<FeedRound> metric) {
        return Measurements.of(rounds.stream().mapToDouble(metric).toArray());
    }
}
