package dev.penstock.laws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.batch.Batch;
import dev.penstock.error.ConfigurationException;
import dev.penstock.loader.BatchIterator;
import dev.penstock.loader.BatchSource;
import dev.penstock.loader.Loader;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.loader.LoaderState;
import dev.penstock.order.Remainder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The laws of a loader, run over one composition.
///
/// A subclass says which dataset and which settings; it may set everything but seed, ranks, batch size, epochs, steps
/// and start, which the laws vary. The dataset should have samples of very different length, some crossing blocks, and
/// a number of samples that the batch size does not divide.
@Timeout(60)
public abstract class LoaderLaws {

    private static final int BATCH = 12;
    private static final long SEED = 7;

    private LawDataset dataset;

    /// Opens the dataset for one test; closed by the kit.
    protected abstract LawDataset openDataset();

    /// The composition under test, fresh for every loader.
    protected abstract LoaderConfig.Builder composition();

    /// What the steps of a composition hold.
    protected enum Membership {
        /// The same samples on any number of ranks.
        BY_ORDER,
        /// Samples that depend on the number of ranks, and not equally many in every step.
        BY_RANKS
    }

    protected Membership membership() {
        return Membership.BY_ORDER;
    }

    /// Opens a loader over the dataset; in a cache of its own, unless a composition shares one.
    protected BatchSource openLoader(LawDataset dataset, LoaderConfig config) {
        return Loader.open(dataset.index(), dataset.store(), config);
    }

    @BeforeEach
    final void open() {
        dataset = openDataset();
    }

    @AfterEach
    final void close() {
        dataset.close();
    }

    @Test
    void eachSampleOncePerEpoch() {
        for (Remainder remainder : List.of(Remainder.CARRY, Remainder.SHORT)) {
            List<Delivery> run =
                    run(config -> config.remainder(remainder).epochs(2).ranks(3));
            List<Long> ids = run.stream().flatMap(d -> d.ids().stream()).toList();
            Map<Long, Long> counts = ids.stream().collect(Collectors.groupingBy(id -> id, Collectors.counting()));
            assertThat(counts.keySet()).as("%s", remainder).isEqualTo(allSamples());
            assertThat(counts.values()).as("%s", remainder).containsOnly(2L);
            assertThat(ids.stream().limit(dataset.index().sampleCount() / BATCH * BATCH))
                    .as("%s, whole batches of the first epoch", remainder)
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void droppedRemainderIsTheOnlyLoss() {
        List<Delivery> run =
                run(config -> config.remainder(Remainder.DROP).epochs(3).ranks(2));
        Map<Long, List<Long>> idsByEpoch = run.stream()
                .collect(Collectors.groupingBy(
                        Delivery::epoch, Collectors.flatMapping(d -> d.ids().stream(), Collectors.toList())));
        long kept = dataset.index().sampleCount() / BATCH * BATCH;
        assertThat(idsByEpoch).hasSize(3);
        assertThat(idsByEpoch.values())
                .allSatisfy(ids -> assertThat(ids).hasSize((int) kept).doesNotHaveDuplicates());
    }

    @Test
    void ranksPartitionTheGlobalBatch() {
        for (int ranks : new int[] {1, 2, 3, 5, 16}) {
            int count = ranks;
            Map<Long, List<Delivery>> steps = run(config -> config.epochs(1).ranks(count)).stream()
                    .collect(Collectors.groupingBy(Delivery::step));
            long left = dataset.index().sampleCount();
            assertThat(steps).hasSize((int) Math.ceilDiv(left, (long) BATCH));
            for (long step = 0; step < steps.size(); step++) {
                List<Delivery> batches = steps.get(step);
                assertThat(batches).extracting(Delivery::rank).containsExactlyElementsOf(range(ranks));
                List<Long> ids = batches.stream().flatMap(d -> d.ids().stream()).toList();
                assertThat(ids)
                        .as("step %d of %d ranks", step, ranks)
                        .isNotEmpty()
                        .doesNotHaveDuplicates();
                if (membership() == Membership.BY_ORDER) {
                    assertThat(ids).hasSize((int) Math.min(BATCH, left));
                }
                left -= ids.size();
            }
            assertThat(left).as("left out by %d ranks", ranks).isZero();
        }
    }

    @Test
    void worldSizeChangesNothing() {
        Map<Long, Set<Long>> one = idsByStep(run(config -> config.epochs(2).ranks(1)));
        for (int ranks : new int[] {2, 3, 5}) {
            Map<Long, Set<Long>> several =
                    idsByStep(run(config -> config.epochs(2).ranks(ranks)));
            switch (membership()) {
                case BY_ORDER -> assertThat(several).as("%d ranks", ranks).isEqualTo(one);
                case BY_RANKS -> assertThat(several).as("%d ranks", ranks).isNotEqualTo(one);
            }
        }
    }

    @Test
    void resumeEqualsUninterrupted() {
        List<Delivery> uninterrupted = run(config -> config.epochs(2).ranks(2));
        Map<Long, Set<Long>> idsByStep = idsByStep(uninterrupted);
        long steps = idsByStep.size();
        for (long start = 0; start < steps; start++) {
            long from = start;
            assertThat(run(config -> config.epochs(2).ranks(2).startStep(from)))
                    .as("from step %d", from)
                    .isEqualTo(
                            uninterrupted.stream().filter(d -> d.step() >= from).toList());
            if (membership() == Membership.BY_ORDER) {
                assertThat(idsByStep(run(config -> config.epochs(2).ranks(3).startStep(from))))
                        .as("from step %d on 3 ranks", from)
                        .isEqualTo(new TreeMap<>(idsByStep).tailMap(from));
            }
        }
    }

    @Test
    void longerRunContinuesAShorterOneFromAnyOfItsSteps() {
        List<Delivery> longest = run(config -> config.epochs(3).ranks(2));
        for (int epochs = 1; epochs < 3; epochs++) {
            int ended = epochs;
            long samples = ended * dataset.index().sampleCount();
            requireContinued(config -> config.epochs(ended), samples / BATCH, longest);
        }
        for (int steps = 1; steps <= dataset.index().sampleCount() / BATCH + 2; steps++) {
            int ended = steps;
            requireContinued(config -> config.epochs(2).steps(ended), steps, longest);
        }
    }

    /// @param fullSteps of the shorter run; a short one that ends it is in no longer run
    private void requireContinued(UnaryOperator<LoaderConfig.Builder> ended, long fullSteps, List<Delivery> longest) {
        List<Delivery> shorter = run(config -> ended.apply(config.ranks(2)));
        List<LoaderState> saved = states(config -> ended.apply(config.ranks(2)));
        List<LoaderState> now = states(config -> config.epochs(3).ranks(2));
        String context = "%d steps".formatted(saved.size() - 1);
        assertThat(shorter.stream().filter(d -> d.step() < fullSteps))
                .as(context)
                .containsExactlyElementsOf(
                        longest.stream().filter(d -> d.step() < fullSteps).toList());
        for (int step = 0; step < saved.size(); step++) {
            LoaderState ofShorter = saved.get(step);
            LoaderState ofLonger = now.get(step);
            if (step <= fullSteps) {
                ofShorter.requireContinues(ofLonger);
            } else {
                assertThatThrownBy(() -> ofShorter.requireContinues(ofLonger))
                        .as(context)
                        .isInstanceOf(ConfigurationException.class);
            }
        }
    }

    /// Before each step of a run, and at its end.
    private List<LoaderState> states(UnaryOperator<LoaderConfig.Builder> settings) {
        try (BatchSource loader = loader(settings)) {
            return LongStream.rangeClosed(0, loader.stepCount())
                    .mapToObj(loader::state)
                    .toList();
        }
    }

    @Test
    void everyRankComputesTheSamePlan() {
        List<Delivery> together = run(config -> config.epochs(1).ranks(3));
        for (int rank = 0; rank < 3; rank++) {
            int alone = rank;
            assertThat(run(config -> config.epochs(1).ranks(3).localRanks(List.of(alone))))
                    .isEqualTo(together.stream().filter(d -> d.rank() == alone).toList());
        }
    }

    @Test
    void bytesDeliveredEqualBytesStored() {
        try (BatchSource loader = loader(config -> config.epochs(1).ranks(2));
                BatchIterator batches = loader.iterator()) {
            while (batches.hasNext()) {
                try (Batch batch = batches.next()) {
                    Delivery delivery = Delivery.of(batch);
                    for (int sample = 0; sample < batch.sampleCount(); sample++) {
                        long id = batch.sampleId(sample);
                        assertThat(delivery.crc32c().get(sample))
                                .as("sample %d", id)
                                .isEqualTo(dataset.storedCrc32c(id))
                                .isEqualTo(batch.crc32c(sample));
                    }
                }
            }
        }
    }

    @Test
    void tiersNeverChangeTheData() {
        List<Delivery> cold = run(config -> config.epochs(3).ranks(2));
        assertThat(run(config -> config.epochs(3).ranks(2)))
                .as("with what the first run left in its caches")
                .isEqualTo(cold);
        assertThat(run(config -> config.epochs(3).ranks(2).ramBytes(1L << 30)))
                .as("with room for everything")
                .isEqualTo(cold);
    }

    @Test
    void noLeaseOutlivesItsBatchWhenTheRunCompletes() {
        try (BatchSource loader = loader(config -> config.epochs(1).ranks(2))) {
            try (BatchIterator batches = loader.iterator()) {
                batches.forEachRemaining(Batch::close);
            }
            assertThat(loader.leasedSlots()).isZero();
        }
    }

    @Test
    void noLeaseOutlivesItsBatchWhenTheIteratorIsClosedAfterAnyBatch() {
        int batchCount = run(config -> config.epochs(1).ranks(2)).size();
        for (int taken = 0; taken <= batchCount; taken++) {
            try (BatchSource loader = loader(config -> config.epochs(1).ranks(2))) {
                List<Batch> held = new ArrayList<>();
                try (BatchIterator batches = loader.iterator()) {
                    for (int i = 0; i < taken; i++) {
                        held.add(batches.next());
                    }
                }
                assertThat(loader.leasedSlots()).as("after %d batches", taken).isEqualTo(held.size());
                held.forEach(Batch::close);
                assertThat(loader.leasedSlots()).as("after %d batches", taken).isZero();
            }
        }
    }

    @Test
    void noLeaseOutlivesItsBatchWhenTheFluxIsCancelledAfterAnyBatch() {
        int batchCount = run(config -> config.epochs(1).ranks(2)).size();
        for (int taken = 1; taken <= batchCount; taken++) {
            try (BatchSource loader = loader(config -> config.epochs(1).ranks(2))) {
                List<Delivery> seen = loader.batches()
                        .take(taken)
                        .map(LoaderLaws::closing)
                        .collectList()
                        .block();
                assertThat(seen).hasSize(taken);
                awaitNoLease(loader);
            }
        }
    }

    @Test
    void fluxAndIteratorDeliverTheSame() {
        List<Delivery> iterated = run(config -> config.epochs(2).ranks(3));
        try (BatchSource loader = loader(config -> config.epochs(2).ranks(3))) {
            assertThat(loader.batches().map(LoaderLaws::closing).collectList().block())
                    .isEqualTo(iterated);
        }
    }

    @Test
    void closedBatchesRefuseToBeRead() {
        try (BatchSource loader = loader(config -> config.epochs(1).ranks(1));
                BatchIterator batches = loader.iterator()) {
            Batch batch = batches.next();
            batch.close();
            batch.close();
            assertThatThrownBy(() -> batch.values(0)).isInstanceOf(IllegalStateException.class);
        }
    }

    /// A cancelled subscription cleans up on its own thread; the test's time-out is the bound.
    private static void awaitNoLease(BatchSource loader) {
        while (loader.leasedSlots() > 0) {
            Thread.onSpinWait();
        }
    }

    private static Delivery closing(Batch batch) {
        try (batch) {
            return Delivery.of(batch);
        }
    }

    /// Runs a loader to its end.
    protected final List<Delivery> run(UnaryOperator<LoaderConfig.Builder> settings) {
        List<Delivery> deliveries = new ArrayList<>();
        try (BatchSource loader = loader(settings);
                BatchIterator batches = loader.iterator()) {
            batches.forEachRemaining(batch -> deliveries.add(closing(batch)));
        }
        return deliveries;
    }

    private BatchSource loader(UnaryOperator<LoaderConfig.Builder> settings) {
        LoaderConfig config =
                settings.apply(composition().seed(SEED).batchSize(BATCH)).build();
        return openLoader(dataset, config);
    }

    private Set<Long> allSamples() {
        return LongStream.range(0, dataset.index().sampleCount()).boxed().collect(Collectors.toSet());
    }

    private static List<Integer> range(int end) {
        return IntStream.range(0, end).boxed().toList();
    }

    private static Map<Long, Set<Long>> idsByStep(List<Delivery> run) {
        Map<Long, Set<Long>> ids = new HashMap<>();
        run.forEach(d -> ids.computeIfAbsent(d.step(), step -> new TreeSet<>()).addAll(d.ids()));
        return ids;
    }
}
