package dev.penstock.cli.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.penstock.balance.CostModel;
import dev.penstock.balance.ExactBalancer;
import dev.penstock.balance.MicroBatchPolicy;
import dev.penstock.balance.UnbalancedAssigner;
import dev.penstock.batch.Batch;
import dev.penstock.batch.Layout;
import dev.penstock.index.DatasetIndex;
import dev.penstock.loader.BatchIterator;
import dev.penstock.loader.Loader;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.memory.PageLocking;
import dev.penstock.order.SampleSeeds;
import dev.penstock.pack.DatasetPacker;
import dev.penstock.pack.PackOptions;
import dev.penstock.plan.RankAssigner;
import dev.penstock.plan.RankAssignment;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStores;
import dev.penstock.trainer.StepSettings;
import dev.penstock.trainer.TrainingStep;
import dev.penstock.trainer.model.ByteTransformer;
import dev.penstock.trainer.model.TransformerShape;
import dev.penstock.trainer.optimize.AdamWOptimizer;
import dev.penstock.trainer.optimize.AdamWSettings;
import dev.penstock.trainer.optimize.Constant;
import dev.penstock.trainer.reduce.GradientReduction;
import dev.penstock.trainer.tensor.Libtorch;
import dev.penstock.trainer.tensor.Parameters;
import dev.penstock.trainer.world.Collective;
import dev.penstock.trainer.world.CollectiveTimeouts;
import dev.penstock.trainer.world.World;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
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

/// The promise behind exact balance: however many ranks there are and however the samples of a step are spread over
/// them, the same samples make the same step. The ranks are threads that meet over the collective that processes use.
@Timeout(120)
class TrainingInvarianceTest {

    private static final int SAMPLES = 90;
    private static final int BATCH = 20;
    private static final int STEPS = 8;
    private static final long SEED = 11;

    /// Losses are sums of floats in another sequence, eight steps deep; they differ by less than 1e-6.
    private static final double REASSOCIATION = 2e-5;

    private static final CostModel TOKENS = CostModel.tokens();
    private static final MicroBatchPolicy MICRO_BATCHES = MicroBatchPolicy.upTo(400);

    private static final URI SHARDS = URI.create("mem://invariance-" + UUID.randomUUID());

    @TempDir
    static Path scratch;

    /// What the randomness of a sample is keyed by.
    private enum Key {
        SAMPLE,
        RANK
    }

    /// What all ranks did in the steps of a run.
    ///
    /// @param losses by step
    /// @param crc32c by step, of each sample as it was delivered
    /// @param values of the parameters in the end
    private record Run(List<Double> losses, Map<Long, Map<Long, Long>> crc32c, List<Float> values) {

        static Run empty() {
            return new Run(new ArrayList<>(), new HashMap<>(), new ArrayList<>());
        }
    }

    /// How the ranks add up gradients.
    private interface Reducing {
        GradientReduction of(Parameters parameters, Collective ranks);
    }

    /// Deals the samples of a step out by lot, and cuts each rank's share at random.
    private record ShuffledAssigner() implements RankAssigner {

        @Override
        public void assign(int[] lengths, int count, RankAssignment assignment) {
            SplittableRandom random = new SplittableRandom(lengths[0] * 31L + count);
            int[] ranks = random.ints(count, 0, assignment.ranks()).toArray();
            assignment.begin();
            for (int rank = 0; rank < assignment.ranks(); rank++) {
                assignment.beginMicroBatch();
                for (int item = 0; item < count; item++) {
                    if (ranks[item] == rank) {
                        if (random.nextInt(4) == 0) {
                            assignment.beginMicroBatch();
                        }
                        assignment.append(item);
                    }
                }
                assignment.endRank();
            }
            assignment.finish(1, 1);
        }
    }

    private static final Map<String, Supplier<RankAssigner>> BALANCES = new TreeMap<>(Map.of(
            "off", () -> new UnbalancedAssigner(TOKENS, MICRO_BATCHES),
            "exact", () -> new ExactBalancer(TOKENS, MICRO_BATCHES),
            "shuffled", ShuffledAssigner::new));

    @BeforeAll
    static void start() throws IOException {
        Libtorch.initialize(1);
        SplittableRandom random = new SplittableRandom(SEED);
        Path files = Files.createDirectories(scratch.resolve("files"));
        for (int i = 0; i < SAMPLES; i++) {
            byte[] text = new byte[2 + (int) Math.exp(random.nextDouble() * 5)];
            for (int at = 0; at < text.length; at++) {
                text[at] = (byte) ('a' + (at * 7 + random.nextInt(5)) % 26);
            }
            Files.write(files.resolve("%03d.txt".formatted(i)), text);
        }
        try (ObjectStore store = ObjectStores.open(SHARDS)) {
            new DatasetPacker(store, PackOptions.defaults()).pack(files, bytes -> {});
        }
    }

    @Test
    void lossCurveIsTheSameOnAnyNumberOfRanksUnderAnyBalance() throws Exception {
        Run one = run(1, BALANCES.get("off"), Key.SAMPLE);
        assertThat(one.losses()).hasSize(STEPS);
        assertThat(one.losses().getLast()).isLessThan(one.losses().getFirst() - 0.2);
        for (Map.Entry<String, Supplier<RankAssigner>> balance : BALANCES.entrySet()) {
            for (int ranks : new int[] {1, 2, 3, 5}) {
                Run run = run(ranks, balance.getValue(), Key.SAMPLE);
                String context = balance.getKey() + " on " + ranks + " ranks";
                assertThat(run.crc32c()).as(context).isEqualTo(one.crc32c());
                for (int step = 0; step < STEPS; step++) {
                    assertThat(run.losses().get(step))
                            .as("%s, step %d", context, step)
                            .isCloseTo(one.losses().get(step), within(REASSOCIATION));
                }
            }
        }
    }

    @Test
    void randomnessKeyedByRankWouldBreakIt() throws Exception {
        double one = run(1, BALANCES.get("exact"), Key.RANK).losses().getLast();
        double three = run(3, BALANCES.get("exact"), Key.RANK).losses().getLast();

        assertThat(Math.abs(one - three)).isGreaterThan(10 * REASSOCIATION);
    }

    @Test
    void lossCurveIsTheSameInEveryLayout() throws Exception {
        Run packed = run(2, BALANCES.get("exact"), Key.SAMPLE);
        for (String text : List.of("padded", "fixed=64", "bucket=16,64,200")) {
            MicroBatchPolicy policy = MICRO_BATCHES.withLayout(Layout.parse(text));
            Run run = run(2, () -> new ExactBalancer(TOKENS, policy), policy.layout(), Key.SAMPLE);
            assertThat(run.crc32c()).as(text).isEqualTo(packed.crc32c());
            for (int step = 0; step < STEPS; step++) {
                assertThat(run.losses().get(step))
                        .as("%s, step %d", text, step)
                        .isCloseTo(packed.losses().get(step), within(REASSOCIATION));
            }
        }
    }

    /// Where the sums above may differ in their last bits, these may not.
    @Test
    void reproducibleReductionGivesTheSameBitsOnAnyNumberOfRanksUnderAnyBalanceInAnyLayout() throws Exception {
        Run one = reproducible(1, BALANCES.get("off"), new Layout.Packed());
        assertThat(one.losses()).hasSize(STEPS);
        assertThat(one.losses().getLast()).isLessThan(one.losses().getFirst() - 0.2);
        for (Map.Entry<String, Supplier<RankAssigner>> balance : BALANCES.entrySet()) {
            for (int ranks : new int[] {2, 3, 4}) {
                assertThat(reproducible(ranks, balance.getValue(), new Layout.Packed()))
                        .as("%s on %d ranks", balance.getKey(), ranks)
                        .isEqualTo(one);
            }
        }
        MicroBatchPolicy padded = MICRO_BATCHES.withLayout(new Layout.Padded());
        assertThat(reproducible(2, () -> new ExactBalancer(TOKENS, padded), padded.layout()))
                .as("padded")
                .isEqualTo(one);
        assertThat(run(3, BALANCES.get("exact"), Key.SAMPLE).values())
                .as("the overlapped reduction, by the last bits")
                .isNotEqualTo(run(1, BALANCES.get("exact"), Key.SAMPLE).values());
    }

    private static Run reproducible(int ranks, Supplier<RankAssigner> balance, Layout layout) throws Exception {
        return run(ranks, balance, layout, Key.SAMPLE, GradientReduction::reproducible);
    }

    private static Run run(int ranks, Supplier<RankAssigner> balance, Key key) throws Exception {
        return run(ranks, balance, new Layout.Packed(), key);
    }

    private static Run run(int ranks, Supplier<RankAssigner> balance, Layout layout, Key key) throws Exception {
        return run(ranks, balance, layout, key, GradientReduction::overlapped);
    }

    private static Run run(int ranks, Supplier<RankAssigner> balance, Layout layout, Key key, Reducing reducing)
            throws Exception {
        int port = freePort();
        try (ExecutorService threads = Executors.newFixedThreadPool(ranks)) {
            List<Callable<Run>> programs = new ArrayList<>();
            for (int rank = 0; rank < ranks; rank++) {
                World world = new World(rank, ranks, rank, "localhost", port);
                programs.add(() -> train(world, balance, layout, key, reducing));
            }
            Run together = Run.empty();
            for (Future<Run> rank : threads.invokeAll(programs)) {
                Run share = rank.get();
                together.losses().clear();
                together.losses().addAll(share.losses());
                together.values().clear();
                together.values().addAll(share.values());
                share.crc32c()
                        .forEach((step, samples) -> together.crc32c()
                                .computeIfAbsent(step, _ -> new TreeMap<>())
                                .putAll(samples));
            }
            return together;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static Run train(World world, Supplier<RankAssigner> balance, Layout layout, Key key, Reducing reducing) {
        Run run = Run.empty();
        LoaderConfig config = LoaderConfig.builder(balance)
                .seed(SEED)
                .batchSize(BATCH)
                .steps(STEPS)
                .ranks(world.worldSize())
                .localRanks(List.of(world.rank()))
                .blockBytes(4096)
                .ramBytes(1 << 20)
                .slotBytes(1 << 20)
                .pageLocking(PageLocking.OFF)
                .decodeThreads(1)
                .layout(layout)
                .padValue('#')
                .build();
        ByteTransformer model = new ByteTransformer(new TransformerShape(1, 16, 2, 256), SEED);
        try (ObjectStore store = ObjectStores.open(SHARDS);
                DatasetIndex index = DatasetIndex.open(store);
                Loader loader = Loader.open(index, store, config);
                BatchIterator batches = loader.iterator();
                Collective collective = Collective.join(world, CollectiveTimeouts.defaults());
                GradientReduction reduction = reducing.of(model.parameters(), collective)) {
            TrainingStep step = new TrainingStep(
                    model.parameters(),
                    model,
                    collective,
                    reduction,
                    new AdamWOptimizer(model.parameters(), AdamWSettings.defaults()),
                    new Constant(0.01),
                    StepSettings.defaults().withMaxGradientNorm(1));
            while (batches.hasNext()) {
                try (Batch batch = batches.next()) {
                    Map<Long, Long> delivered = new TreeMap<>();
                    for (int sample = 0; sample < batch.sampleCount(); sample++) {
                        delivered.put(batch.sampleId(sample), batch.crc32c(sample));
                    }
                    run.crc32c().put(batch.step(), delivered);
                    augment(batch, key);
                    step.train(batch).forEach(result -> run.losses().add(result.loss()));
                }
            }
            step.settle().forEach(result -> run.losses().add(result.loss()));
            collective.barrier();
        }
        float[] values = new float[Math.toIntExact(model.parameters().count())];
        model.parameters().values().data_ptr_float().get(values);
        for (float value : values) {
            run.values().add(value);
        }
        return run;
    }

    /// Overwrites a byte of each sample, here and there.
    private static void augment(Batch batch, Key key) {
        SampleSeeds seeds = new SampleSeeds(SEED);
        for (int sample = 0; sample < batch.sampleCount(); sample++) {
            SplittableRandom random = new SplittableRandom(
                    switch (key) {
                        case SAMPLE -> seeds.of(batch.epoch(), batch.sampleId(sample));
                        case RANK -> seeds.of(batch.rank(), sample);
                    });
            int from = batch.offset(0, sample);
            int at = random.nextInt(from, from + batch.length(0, sample));
            batch.values(0).set(ValueLayout.JAVA_BYTE, at, (byte) ('A' + random.nextInt(26)));
        }
    }
}
