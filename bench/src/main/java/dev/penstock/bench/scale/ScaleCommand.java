package dev.penstock.bench.scale;

import dev.penstock.balance.CostModel;
import dev.penstock.balance.ExactBalancer;
import dev.penstock.balance.MicroBatchPolicy;
import dev.penstock.batch.Batch;
import dev.penstock.bench.BenchOptions;
import dev.penstock.bench.measure.LiveHeap;
import dev.penstock.bench.measure.Measurements;
import dev.penstock.cli.report.Amounts;
import dev.penstock.cli.report.Better;
import dev.penstock.cli.report.Result;
import dev.penstock.cli.report.Row;
import dev.penstock.index.DatasetIndex;
import dev.penstock.loader.BatchIterator;
import dev.penstock.loader.Loader;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.store.ObjectStore;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The claim: 10 million samples cost at most 64 MB of heap, a seek to any position at most 1 ms, and the first batch
/// comes within 2 s of opening the dataset.
///
/// Fixture: tiny token samples in a temporary directory, in the page cache, fully shuffled. Heap is what is reachable
/// with the index, order and planner there, and with a whole loader streaming through a RAM tier of an eighth of what
/// is stored, less what was reachable before; its control is the same number of sample numbers as an array, which is
/// what a shuffled list of indices takes. A seek goes from a position to its sample and back and plans the position's
/// step; its control is walking the order to the middle of an epoch. The first batch is that of a random far step, each
/// time with the dataset opened anew; its control is the same with a hundredth of the samples. The gate: every first
/// batch has the bytes that its sample numbers say, and every seek finds its position again.
@Command(name = "scale", description = "Heap, seeks and the first batch of a dataset of very many samples.")
public final class ScaleCommand implements Callable<Integer> {

    private static final double GOAL_HEAP_MB = 64;
    private static final double GOAL_SEEK_MILLIS = 1;
    private static final double GOAL_FIRST_BATCH_SECONDS = 2;

    private static final int CONTROL_SHARE = 100;

    /// About the size of a shard here, so that the RAM tier has as many blocks to choose from as there are shards.
    private static final int BLOCK_BYTES = 256 << 10;

    /// Enough for every block's future to have been asked for.
    private static final int STREAMED_BATCHES = 100;

    private static final int SEEKS = 2000;

    @Mixin
    private final BenchOptions bench = new BenchOptions();

    @Option(names = "--samples", paramLabel = "N", description = "Samples. Default: ${DEFAULT-VALUE}.")
    private long samples = 10_000_000;

    @Option(names = "--shards", paramLabel = "N", description = "Shards. Default: ${DEFAULT-VALUE}.")
    private int shards = 1000;

    @Option(names = "--batch", paramLabel = "N", description = "Samples in a global batch. Default: ${DEFAULT-VALUE}.")
    private int batch = 64;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Where the dataset is made, and deleted afterwards. Default: ${DEFAULT-VALUE}.")
    private Path directory = Path.of(System.getProperty("java.io.tmpdir"));

    private final SplittableRandom random = new SplittableRandom(4711);

    @Override
    public Integer call() {
        bench.common().requireWritableResult();
        long begin = System.nanoTime();
        try (ScaleDataset dataset = ScaleDataset.make(directory, samples, shards);
                ScaleDataset control = ScaleDataset.make(directory, Math.max(1, samples / CONTROL_SHARE), shards)) {
            double makingSeconds = (System.nanoTime() - begin) / 1e9;
            Measurements firstBatch = firstBatchSeconds(dataset);
            Measurements controlFirstBatch = firstBatchSeconds(control);
            double loaderHeap = loaderHeapMegabytes(dataset);
            double arrayHeap = arrayHeapMegabytes();
            try (ObjectStore store = dataset.open()) {
                long before = LiveHeap.bytes();
                try (DatasetIndex index = DatasetIndex.open(store)) {
                    Seeks seeks = new Seeks(index, batch, SEEKS, bench.rounds());
                    for (int round = 0; round < bench.rounds(); round++) {
                        seeks.round(round);
                    }
                    double indexHeap = LiveHeap.megabytesSince(before);
                    Measurements seek = seeks.millisPerPosition();
                    double replay = seeks.replayMillis();
                    Row worst = Row.of("seek_worst_ms", seek.most(), "ms", Better.LOWER);
                    Result result = new Result("scale")
                            .param("samples", samples)
                            .param("shards", shards)
                            .param("batch", batch)
                            .param("rounds", bench.rounds())
                            .param("storedBytes", dataset.storedBytes())
                            .row(heap("index_order_planner_heap_mb", indexHeap, arrayHeap))
                            .row(heap("streaming_loader_heap_mb", loaderHeap, arrayHeap))
                            .row(worst.withControl(replay).withGoal(GOAL_SEEK_MILLIS))
                            .row(seek.row("seek_ms", "ms", Better.LOWER).withControl(replay))
                            .row(firstBatch
                                    .row("first_batch_s", "s", Better.LOWER)
                                    .withControl(controlFirstBatch.median())
                                    .withGoal(GOAL_FIRST_BATCH_SECONDS))
                            .row(Row.of("making_s", makingSeconds, "s", Better.LOWER));
                    return bench.conclude(
                            result,
                            Amounts.format(
                                    "scale: %s samples take %.1f MB of heap (an array of their numbers: %.0f MB),"
                                            + " a seek %.3f ms (worst %.3f), the first batch %.2f s",
                                    Amounts.count(samples),
                                    Math.max(indexHeap, loaderHeap),
                                    arrayHeap,
                                    seek.median(),
                                    seek.most(),
                                    firstBatch.median()));
                }
            }
        }
    }

    private static Row heap(String metric, double megabytes, double control) {
        return Row.of(metric, megabytes, "MB", Better.LOWER)
                .withControl(control)
                .withGoal(GOAL_HEAP_MB);
    }

    private LoaderConfig config(ScaleDataset dataset, long startStep) {
        long ramBytes = Math.max(64L * BLOCK_BYTES, dataset.storedBytes() / 8);
        return LoaderConfig.builder(() -> new ExactBalancer(CostModel.tokens(), MicroBatchPolicy.uncapped()))
                .batchSize(batch)
                .blockBytes(BLOCK_BYTES)
                .ramBytes(ramBytes)
                .startStep(startStep)
                .build();
    }

    /// From opening the store to holding a batch; the first round warms up and is left out.
    private Measurements firstBatchSeconds(ScaleDataset dataset) {
        List<Double> seconds = new ArrayList<>();
        for (int round = 0; round <= bench.rounds(); round++) {
            LoaderConfig config = config(dataset, random.nextLong(1L << 30));
            long start = System.nanoTime();
            try (ObjectStore store = dataset.open();
                    DatasetIndex index = DatasetIndex.open(store);
                    Loader loader = Loader.open(index, store, config);
                    BatchIterator stream = loader.iterator();
                    Batch first = stream.next()) {
                double elapsed = (System.nanoTime() - start) / 1e9;
                ScaleDataset.requireRightBytes(first);
                if (round > 0) {
                    seconds.add(elapsed);
                }
            }
        }
        return Measurements.of(seconds);
    }

    private double loaderHeapMegabytes(ScaleDataset dataset) {
        LoaderConfig config = config(dataset, 0);
        long before = LiveHeap.bytes();
        try (ObjectStore store = dataset.open();
                DatasetIndex index = DatasetIndex.open(store);
                Loader loader = Loader.open(index, store, config);
                BatchIterator stream = loader.iterator()) {
            for (int step = 0; step < STREAMED_BATCHES; step++) {
                try (Batch next = stream.next()) {
                    ScaleDataset.requireRightBytes(next);
                }
            }
            return LiveHeap.megabytesSince(before);
        }
    }

    private double arrayHeapMegabytes() {
        long before = LiveHeap.bytes();
        long[] numbers = LongStream.range(0, samples).toArray();
        try {
            return LiveHeap.megabytesSince(before);
        } finally {
            Reference.reachabilityFence(numbers);
        }
    }
}
