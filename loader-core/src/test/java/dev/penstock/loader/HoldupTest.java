package dev.penstock.loader;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.batch.Batch;
import dev.penstock.index.DatasetIndex;
import dev.penstock.laws.LawDatasets;
import dev.penstock.laws.RoundRobinAssigner;
import dev.penstock.memory.PageLocking;
import dev.penstock.memory.SlotArena;
import dev.penstock.order.Shuffle;
import dev.penstock.store.DirectoryStore;
import dev.penstock.store.ObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Sinks;

/// A loader says what holds it up, while it does.
@Timeout(60)
class HoldupTest {

    @TempDir
    private Path scratch;

    private ObjectStore store;
    private DatasetIndex index;
    private final Sinks.Empty<Void> gate = Sinks.empty();

    @BeforeEach
    void pack() throws IOException {
        Path shards = Files.createDirectories(scratch.resolve("shards"));
        store = new DirectoryStore(shards);
        LawDatasets.pack(scratch, store);
        index = DatasetIndex.open(store);
    }

    @AfterEach
    void close() {
        index.close();
        store.close();
    }

    private static LoaderConfig.Builder config() {
        return LoaderConfig.builder(() -> new RoundRobinAssigner(3))
                .blockBytes(LawDatasets.BLOCK_BYTES)
                .ramBytes(1L << 20)
                .slotBytes(1 << 20)
                .pageLocking(PageLocking.OFF)
                .shuffle(new Shuffle.None())
                .batchSize(5)
                .epochs(1);
    }

    private static void await(Loader loader, Optional<Holdup> wanted) {
        while (!loader.holdup().equals(wanted)) {
            Thread.onSpinWait();
        }
    }

    /// Waits until the next batch is ready, or waits for its consumer.
    private static Optional<Holdup> settled(Loader loader) {
        Optional<Holdup> holdup = loader.holdup();
        while (holdup.isPresent() && holdup.get() != Holdup.SLOT) {
            Thread.onSpinWait();
            holdup = loader.holdup();
        }
        return holdup;
    }

    @Test
    void aReadThatDoesNotComeHoldsUpAtTheOrigin() {
        try (Loader loader = Loader.open(index, new GatedStore(store, gate.asMono()), config().build())) {
            assertThat(loader.holdup()).as("before the stream").isEmpty();
            try (BatchIterator batches = loader.iterator()) {
                await(loader, Optional.of(Holdup.ORIGIN));

                gate.tryEmitEmpty().orThrow();
                await(loader, Optional.empty());
                batches.next().close();
            }
            assertThat(loader.holdup()).as("after the stream").isEmpty();
        }
    }

    @Test
    void loadsWithoutRoomInRamHoldUpThere() {
        // Two frames, and a batch of more blocks: all but two wait for room while the first two do not come.
        LoaderConfig config = config().ramBytes(2L * LawDatasets.BLOCK_BYTES).build();
        try (Loader loader = Loader.open(index, new GatedStore(store, gate.asMono()), config);
                BatchIterator batches = loader.iterator()) {
            await(loader, Optional.of(Holdup.RAM));

            gate.tryEmitEmpty().orThrow();
            batches.next().close();
        }
    }

    @Test
    void aConsumerThatHoldsEverySlotHoldsUpItself() {
        LoaderConfig config = config().slotBytes(3L * SlotArena.GRANULE_BYTES).build();
        List<Batch> held = new ArrayList<>();
        try (Loader loader = Loader.open(index, store, config);
                BatchIterator batches = loader.iterator()) {
            while (settled(loader).isEmpty()) {
                held.add(batches.next());
            }

            assertThat(loader.holdup()).contains(Holdup.SLOT);
            assertThat(loader.slotUse().leases()).isEqualTo(held.size());
            held.forEach(Batch::close);
            await(loader, Optional.empty());
        }
    }
}
