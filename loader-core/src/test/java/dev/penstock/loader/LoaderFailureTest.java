package dev.penstock.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.batch.Batch;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.CorruptDataException;
import dev.penstock.error.ResourceExhaustedException;
import dev.penstock.index.DatasetIndex;
import dev.penstock.index.ShardIndex;
import dev.penstock.laws.LawDatasets;
import dev.penstock.laws.RoundRobinAssigner;
import dev.penstock.memory.PageLocking;
import dev.penstock.memory.SlotArena;
import dev.penstock.order.Shuffle;
import dev.penstock.store.DirectoryStore;
import dev.penstock.store.ObjectStore;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LoaderFailureTest {

    @TempDir
    private Path scratch;

    private Path shards;
    private ObjectStore store;
    private DatasetIndex index;

    @BeforeEach
    void open() throws IOException {
        shards = Files.createDirectories(scratch.resolve("shards"));
        store = new DirectoryStore(shards);
        LawDatasets.pack(scratch, store);
        index = DatasetIndex.open(store);
    }

    @AfterEach
    void close() {
        index.close();
        store.close();
    }

    private static LoaderConfig.Builder inOrder() {
        return LoaderConfig.builder(() -> new RoundRobinAssigner(3))
                .blockBytes(LawDatasets.BLOCK_BYTES)
                .ramBytes(4L * LawDatasets.BLOCK_BYTES)
                .slotBytes(1 << 20)
                .pageLocking(PageLocking.OFF)
                .shuffle(new Shuffle.None())
                .batchSize(5)
                .epochs(1);
    }

    private List<Long> deliver(ObjectStore from, LoaderConfig config) {
        List<Long> ids = new ArrayList<>();
        deliver(from, config, ids);
        return ids;
    }

    private void deliver(ObjectStore from, LoaderConfig config, List<Long> ids) {
        try (Loader loader = Loader.open(index, from, config);
                BatchIterator batches = loader.iterator()) {
            batches.forEachRemaining(batch -> {
                try (batch) {
                    for (int sample = 0; sample < batch.sampleCount(); sample++) {
                        ids.add(batch.sampleId(sample));
                    }
                }
            });
        }
    }

    /// Flips a bit of a sample's first field, and leaves size and time alone.
    private void flip(long sample) throws IOException {
        int shardNumber = index.shardOf(sample);
        ShardIndex shard = index.shard(shardNumber);
        long at = shard.offset((int) (sample - index.firstSample(shardNumber)), 1);
        try (RandomAccessFile file =
                new RandomAccessFile(shards.resolve(shard.object().key()).toFile(), "rw")) {
            file.seek(at);
            int bits = file.read();
            file.seek(at);
            file.write(bits ^ 1);
        }
    }

    @Test
    void aFlippedBitFailsItsOwnBatchAfterEveryBatchBefore() throws IOException {
        flip(22);
        List<Long> ids = new ArrayList<>();
        assertThatThrownBy(() -> deliver(store, inOrder().build(), ids))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageStartingWith("sample verification failed: shard=shard-")
                .hasMessageContaining("key=022, field=txt, bytes=[")
                .hasMessageContaining("step=4, rank=0");
        assertThat(ids).hasSize(20).allMatch(id -> id < 20);
    }

    @Test
    void aFailedRunHoldsNoSlot() throws IOException {
        flip(22);
        try (Loader loader = Loader.open(index, store, inOrder().build())) {
            assertThatThrownBy(() -> loader.batches().doOnNext(Batch::close).blockLast())
                    .isInstanceOf(CorruptDataException.class);
            while (loader.leasedSlots() > 0) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void aShardThatWasCutIsRefusedWhenTheLoaderOpens() throws IOException {
        Path shard = shards.resolve(index.shard(1).object().key());
        long bytes = Files.size(shard);
        try (RandomAccessFile file = new RandomAccessFile(shard.toFile(), "rw")) {
            file.setLength(bytes - 512);
        }
        assertThatThrownBy(() -> Loader.open(index, store, inOrder().build()))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("expected=" + bytes + " bytes, found=" + (bytes - 512) + " bytes");
    }

    @Test
    void retriedReadsDeliverTheSameSamples() {
        List<Long> ids = deliver(store, inOrder().build());
        try (FlakyStore flaky = new FlakyStore(new DirectoryStore(shards), number -> number % 7 == 0)) {
            assertThat(deliver(flaky, inOrder().build())).isEqualTo(ids);
        }
    }

    @Test
    void bytesFlippedInTheDiskTierAreFetchedAgain() throws IOException {
        Path cache = scratch.resolve("cache");
        LoaderConfig config = inOrder().disk(new DiskTierConfig(cache, 1 << 20)).build();
        List<Long> ids = deliver(store, config);
        try (Stream<Path> files = Files.list(cache)) {
            Path slab = files.filter(file -> file.toString().endsWith(".slab"))
                    .findFirst()
                    .orElseThrow();
            try (RandomAccessFile file = new RandomAccessFile(slab.toFile(), "rw")) {
                for (long at = 5000; at < file.length(); at += 3 * (4096L + LawDatasets.BLOCK_BYTES)) {
                    file.seek(at);
                    file.write(~file.read());
                }
            }
        }
        try (Loader loader = Loader.open(index, store, config);
                BatchIterator batches = loader.iterator()) {
            List<Long> again = new ArrayList<>();
            batches.forEachRemaining(batch -> {
                try (batch) {
                    for (int sample = 0; sample < batch.sampleCount(); sample++) {
                        again.add(batch.sampleId(sample));
                    }
                }
            });
            assertThat(again).isEqualTo(ids);
            assertThat(loader.counters().tiers().tornBlocks()).isPositive();
            assertThat(loader.counters().fetch().blocks())
                    .isEqualTo(loader.counters().tiers().tornBlocks());
        }
    }

    @Test
    void aWarmDiskTierAsksTheOriginForNothing() {
        LoaderConfig config = inOrder()
                .disk(new DiskTierConfig(scratch.resolve("cache"), 1 << 20))
                .build();
        List<Long> ids = deliver(store, config);
        try (FlakyStore away = new FlakyStore(new DirectoryStore(shards), number -> true)) {
            assertThat(deliver(away, config)).isEqualTo(ids);
        }
    }

    @Test
    void aDiskTierStaysInsideItsBudget() throws IOException {
        Path cache = scratch.resolve("cache");
        long budget = 60_000;
        deliver(store, inOrder().disk(new DiskTierConfig(cache, budget)).build());
        try (Stream<Path> files = Files.list(cache)) {
            assertThat(files.filter(file -> file.toString().endsWith(".slab")))
                    .hasSize(1)
                    .allSatisfy(slab -> assertThat(Files.size(slab)).isLessThanOrEqualTo(budget));
        }
    }

    @Test
    void aBatchLargerThanTheSlotsNamesBothSizes() {
        assertThatThrownBy(() -> deliver(
                        store,
                        inOrder().batchSize(200).epochs(4).slotBytes(1 << 16).build()))
                .isInstanceOf(ResourceExhaustedException.class)
                .hasMessageStartingWith("leasing a slot failed: step=0, rank=0, batchBytes=")
                .hasMessageContaining("slotBytes=65536");
    }

    @Test
    void slotsStayUnderTheirBudgetAndAFreeSlotIsDemand() throws Exception {
        int slots = 4;
        LoaderConfig config = inOrder()
                .batchSize(1)
                .slotBytes((long) slots * SlotArena.GRANULE_BYTES)
                .build();
        try (Loader loader = Loader.open(index, store, config);
                BatchIterator batches = loader.iterator();
                ExecutorService consumer = Executors.newSingleThreadExecutor()) {
            List<Batch> held = new ArrayList<>();
            for (int i = 0; i < slots; i++) {
                held.add(batches.next());
            }
            Future<Batch> next = consumer.submit(batches::next);
            assertThat(loader.leasedSlots()).isEqualTo(slots);
            assertThat(next.isDone()).isFalse();
            held.get(2).close();
            try (Batch batch = next.get()) {
                assertThat(batch.step()).isEqualTo(slots);
                assertThat(loader.leasedSlots()).isEqualTo(slots);
            }
        }
    }

    @Test
    void aStartBeyondTheRunIsRefusedAndAStartAtItsEndDeliversNothing() {
        assertThatThrownBy(
                        () -> Loader.open(index, store, inOrder().startStep(12).build()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("starting a run failed: start=12, steps=11");
        assertThat(deliver(store, inOrder().startStep(11).build())).isEmpty();
    }

    @Test
    void aSecondStreamAtATimeIsRefused() {
        try (Loader loader = Loader.open(index, store, inOrder().build())) {
            BatchIterator first = loader.iterator();
            assertThatThrownBy(loader::iterator).isInstanceOf(IllegalStateException.class);
            first.close();
            loader.iterator().close();
        }
    }

    @Test
    void batchesNeverClosedAreReapedWithTheLoader() {
        Loader loader = Loader.open(index, store, inOrder().build());
        BatchIterator batches = loader.iterator();
        Batch kept = batches.next();
        loader.close();
        assertThat(loader.leasedSlots()).isZero();
        assertThatThrownBy(() -> kept.values(0).get(java.lang.foreign.ValueLayout.JAVA_BYTE, 0))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(batches::next).isInstanceOf(IllegalStateException.class);
    }
}
