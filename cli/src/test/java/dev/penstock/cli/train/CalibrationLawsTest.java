package dev.penstock.cli.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.penstock.balance.Calibration;
import dev.penstock.balance.CalibrationHistory;
import dev.penstock.balance.CostModel;
import dev.penstock.balance.ExactBalancer;
import dev.penstock.balance.MicroBatchPolicy;
import dev.penstock.batch.Batch;
import dev.penstock.cli.option.Balance;
import dev.penstock.cli.option.CalibrationSchedule;
import dev.penstock.index.DatasetIndex;
import dev.penstock.loader.BatchIterator;
import dev.penstock.loader.Loader;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.memory.PageLocking;
import dev.penstock.pack.DatasetPacker;
import dev.penstock.pack.PackOptions;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStores;
import dev.penstock.trainer.model.MicroBatch;
import dev.penstock.trainer.tensor.Libtorch;
import dev.penstock.trainer.world.Collective;
import dev.penstock.trainer.world.CollectiveTimeouts;
import dev.penstock.trainer.world.World;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a calibration may change and what not, on three ranks that meet over the collective that processes use. Each
/// rank plans every rank's share, and has a clock that a formula drives.
@Timeout(120)
class CalibrationLawsTest {

    private static final int RANKS = 3;
    private static final int SAMPLES = 200;
    private static final int BATCH = 48;
    private static final int STEPS = 80;
    private static final int AGREED_AT = 20;
    private static final int IN_FORCE_FROM = AGREED_AT + OnlineCalibration.LEAD_STEPS;
    private static final long SEED = 20_261_122;

    /// Nanoseconds per token and per squared length.
    private static final double PER_TOKEN = 40;

    private static final double PER_SQUARE = 0.2;
    private static final double[] ONE_SLOW = {1, 2, 1};
    /// A clock that runs backwards, and one that says nothing at all.
    private static final double[] ONE_BACKWARDS = {1, -1, 2};

    private static final double[] ONE_SILENT = {1, Double.NaN, 2};

    private static final URI SHARDS = URI.create("mem://calibration-" + UUID.randomUUID());

    @TempDir
    static Path scratch;

    /// What one rank saw of a run.
    ///
    /// @param plans by step: of each rank, the samples of each micro-batch
    /// @param loads by step: of each rank, what its share costs at the clock's own rates
    /// @param saved by step: what a checkpoint before it would hold
    private record Seen(
            TreeMap<Long, List<List<List<Long>>>> plans,
            TreeMap<Long, double[]> loads,
            TreeMap<Long, CalibrationHistory> saved) {

        TreeMap<Long, TreeSet<Long>> globalBatches() {
            TreeMap<Long, TreeSet<Long>> batches = new TreeMap<>();
            plans.forEach((step, ranks) -> {
                TreeSet<Long> samples = new TreeSet<>();
                ranks.forEach(microBatches -> microBatches.forEach(samples::addAll));
                batches.put(step, samples);
            });
            return batches;
        }
    }

    @BeforeAll
    static void pack() throws IOException {
        Libtorch.initialize(1);
        Random random = new Random(SEED);
        Path files = Files.createDirectories(scratch.resolve("files"));
        for (int i = 0; i < SAMPLES; i++) {
            Files.write(files.resolve("%03d.txt".formatted(i)), new byte[1 + (int) Math.exp(random.nextDouble() * 6)]);
        }
        try (ObjectStore store = ObjectStores.open(SHARDS)) {
            new DatasetPacker(store, PackOptions.defaults()).pack(files, bytes -> {});
        }
    }

    private static List<Seen> run(
            CalibrationSchedule schedule, double[] slowness, CalibrationHistory history, long startStep)
            throws Exception {
        int port = freePort();
        try (ExecutorService threads = Executors.newFixedThreadPool(RANKS)) {
            List<Callable<Seen>> programs = new ArrayList<>();
            for (int rank = 0; rank < RANKS; rank++) {
                World world = new World(rank, RANKS, rank, "localhost", port);
                programs.add(() -> rank(world, schedule, slowness[world.rank()], history, startStep));
            }
            List<Seen> ranks = new ArrayList<>();
            for (Future<Seen> rank : threads.invokeAll(programs)) {
                ranks.add(rank.get());
            }
            return ranks;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static Seen rank(
            World world, CalibrationSchedule schedule, double slowness, CalibrationHistory history, long startStep) {
        Calibrating calibrating =
                new Calibrating(schedule, CostModel.tokens(), new Balance.Exact(), MicroBatchPolicy.upTo(1000));
        Seen seen = new Seen(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
        try (ObjectStore store = ObjectStores.open(SHARDS);
                DatasetIndex index = DatasetIndex.open(store)) {
            LoaderConfig.Builder loading = loading(startStep);
            OnlineCalibration calibration = new OnlineCalibration(calibrating, world, history, index, loading.build());
            LoaderConfig config = loading.assigners(calibration.assigners()).build();
            train(world, slowness, calibration, seen, () -> Loader.open(index, store, config), startStep);
        }
        return seen;
    }

    private static LoaderConfig.Builder loading(long startStep) {
        return LoaderConfig.builder(() -> new ExactBalancer(CostModel.tokens(), MicroBatchPolicy.uncapped()))
                .batchSize(BATCH)
                .steps(STEPS)
                .startStep(startStep)
                .ranks(RANKS)
                .blockBytes(4096)
                .ramBytes(1 << 20)
                .slotBytes(1 << 20)
                .pageLocking(PageLocking.OFF)
                .decodeThreads(1);
    }

    private static void train(
            World world,
            double slowness,
            OnlineCalibration calibration,
            Seen seen,
            Supplier<Loader> opening,
            long startStep) {
        try (Loader loader = opening.get();
                BatchIterator batches = loader.iterator();
                Collective ranks = Collective.join(world, CollectiveTimeouts.defaults())) {
            for (long step = startStep; batches.hasNext(); step++) {
                seen.saved().put(step, calibration.history(step));
                seen.plans().put(step, new ArrayList<>());
                seen.loads().put(step, new double[RANKS]);
                for (int rank = 0; rank < RANKS; rank++) {
                    try (Batch batch = batches.next()) {
                        see(batch, seen);
                        if (rank == world.rank()) {
                            measure(batch, slowness, calibration);
                        }
                    }
                }
                calibration.afterStep(step + 1, ranks);
            }
            ranks.barrier();
        }
    }

    private static void see(Batch batch, Seen seen) {
        List<List<Long>> plan = new ArrayList<>();
        for (int micro = 0; micro < batch.microBatchCount(); micro++) {
            List<Long> samples = new ArrayList<>();
            for (int i = batch.microBatchStart(micro); i < batch.microBatchStart(micro + 1); i++) {
                samples.add(batch.sampleId(i));
            }
            plan.add(samples);
            seen.loads().get(batch.step())[batch.rank()] += nanos(new MicroBatch(batch, micro));
        }
        seen.plans().get(batch.step()).add(plan);
    }

    private static void measure(Batch batch, double slowness, OnlineCalibration calibration) {
        for (int micro = 0; micro < batch.microBatchCount(); micro++) {
            MicroBatch samples = new MicroBatch(batch, micro);
            calibration.computed(samples.lengths(0), slowness * nanos(samples));
        }
    }

    private static double nanos(MicroBatch samples) {
        return Arrays.stream(samples.lengths(0))
                .mapToDouble(length -> PER_TOKEN * length + PER_SQUARE * length * length)
                .sum();
    }

    @Test
    void everyRankComputesTheSamePlanWhateverItsClockSays() throws Exception {
        Seen off = run(new CalibrationSchedule.Off(), ONE_SLOW, CalibrationHistory.NONE, 0)
                .getFirst();
        assertThat(off.plans()).hasSize(STEPS);
        for (double[] slowness : List.of(ONE_SLOW, ONE_BACKWARDS, ONE_SILENT)) {
            for (CalibrationSchedule schedule :
                    List.of(new CalibrationSchedule.Once(AGREED_AT), new CalibrationSchedule.Every(7))) {
                List<Seen> ranks = run(schedule, slowness, CalibrationHistory.NONE, 0);

                String context = schedule + " at " + Arrays.toString(slowness);
                for (Seen rank : ranks) {
                    assertThat(rank.plans())
                            .as(context)
                            .isEqualTo(ranks.getFirst().plans());
                    assertThat(rank.globalBatches()).as(context).isEqualTo(off.globalBatches());
                }
                assertThat(ranks.getFirst().plans()).as(context).isNotEqualTo(off.plans());
            }
        }
    }

    @Test
    void calibrationThatNoStepWouldGoByIsNotMade() throws Exception {
        Seen off = run(new CalibrationSchedule.Off(), ONE_SLOW, CalibrationHistory.NONE, 0)
                .getFirst();
        long tooLate = STEPS - OnlineCalibration.LEAD_STEPS;
        for (CalibrationSchedule schedule : List.of(
                new CalibrationSchedule.Once(tooLate),
                new CalibrationSchedule.Once(Long.MAX_VALUE),
                new CalibrationSchedule.Every(tooLate),
                new CalibrationSchedule.Every(Long.MAX_VALUE))) {
            Seen seen = run(schedule, ONE_SLOW, CalibrationHistory.NONE, 0).getFirst();

            assertThat(seen.plans()).as("%s", schedule).isEqualTo(off.plans());
            assertThat(seen.saved().lastEntry().getValue()).as("%s", schedule).isEqualTo(CalibrationHistory.NONE);
        }
        Seen inTime = run(new CalibrationSchedule.Once(tooLate - 1), ONE_SLOW, CalibrationHistory.NONE, 0)
                .getFirst();
        assertThat(inTime.saved().lastEntry().getValue().calibrations())
                .extracting(Calibration::fromStep)
                .containsExactly(STEPS - 1L);
    }

    @Test
    void slowRankGetsLessFromTheStatedStepOn() throws Exception {
        TreeMap<Long, double[]> loads = run(
                        new CalibrationSchedule.Once(AGREED_AT), ONE_SLOW, CalibrationHistory.NONE, 0)
                .getFirst()
                .loads();

        assertThat(share(loads.headMap((long) IN_FORCE_FROM).values(), 1)).isCloseTo(1.0 / 3, within(0.05));
        assertThat(share(loads.tailMap((long) IN_FORCE_FROM).values(), 1)).isCloseTo(1.0 / 5, within(0.005));
    }

    private static double share(Iterable<double[]> loads, int rank) {
        double own = 0;
        double all = 0;
        for (double[] step : loads) {
            own += step[rank];
            all += Arrays.stream(step).sum();
        }
        return own / all;
    }

    @Test
    void resumeEqualsUninterrupted() throws Exception {
        CalibrationSchedule schedule = new CalibrationSchedule.Once(AGREED_AT);
        Seen whole = run(schedule, ONE_SLOW, CalibrationHistory.NONE, 0).getFirst();
        for (int start :
                new int[] {AGREED_AT - 1, AGREED_AT, AGREED_AT + 1, IN_FORCE_FROM - 1, IN_FORCE_FROM, IN_FORCE_FROM + 1
                }) {
            CalibrationHistory saved =
                    CalibrationHistory.parse(whole.saved().get((long) start).toString());
            for (Seen rank : run(schedule, ONE_SLOW, saved, start)) {
                assertThat(rank.globalBatches())
                        .as("from step %d", start)
                        .isEqualTo(new TreeMap<>(whole.globalBatches().tailMap((long) start)));
                if (start >= AGREED_AT) {
                    assertThat(rank.plans())
                            .as("from step %d", start)
                            .isEqualTo(new TreeMap<>(whole.plans().tailMap((long) start)));
                }
            }
        }
    }
}
