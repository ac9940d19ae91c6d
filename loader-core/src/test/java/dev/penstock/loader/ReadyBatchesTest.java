package dev.penstock.loader;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.batch.Batch;
import dev.penstock.laws.LawDataset;
import dev.penstock.laws.LawDatasets;
import dev.penstock.laws.RoundRobinAssigner;
import dev.penstock.memory.PageLocking;
import dev.penstock.store.DirectoryStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ReadyBatchesTest {

    @TempDir
    private Path scratch;

    @BeforeEach
    void pack() throws Exception {
        Files.createDirectories(scratch.resolve("shards"));
        LawDatasets.pack(scratch, new DirectoryStore(scratch.resolve("shards")));
    }

    private LawDataset dataset() {
        return LawDatasets.open(() -> new DirectoryStore(scratch.resolve("shards")));
    }

    /// With one slot a batch must be given back before the next one can be made.
    private static LoaderConfig config() {
        return LoaderConfig.builder(() -> new RoundRobinAssigner(3))
                .blockBytes(LawDatasets.BLOCK_BYTES)
                .ramBytes(2 * LawDatasets.BLOCK_BYTES)
                .slotBytes(1 << 18)
                .pageLocking(PageLocking.OFF)
                .batchSize(7)
                .epochs(2)
                .decodeThreads(2)
                .build();
    }

    private static List<Long> ids(Batch batch) {
        try (batch) {
            List<Long> ids = new ArrayList<>();
            for (int sample = 0; sample < batch.sampleCount(); sample++) {
                ids.add(batch.sampleId(sample));
            }
            return ids;
        }
    }

    /// Looks only when it was told to: a batch that nobody told of would be waited for without end.
    @Test
    void whoLooksWhenToldGetsWhatAnIteratorGets() throws InterruptedException {
        List<List<Long>> expected = new ArrayList<>();
        List<List<Long>> polled = new ArrayList<>();
        Semaphore told = new Semaphore(0);
        try (LawDataset dataset = dataset();
                Loader waited = Loader.open(dataset.index(), dataset.store(), config());
                BatchIterator iterator = waited.iterator();
                Loader loader = Loader.open(dataset.index(), dataset.store(), config());
                ReadyBatches ready = loader.readyBatches(told::release)) {
            iterator.forEachRemaining(batch -> expected.add(ids(batch)));
            while (!ready.isEnded()) {
                told.acquire();
                for (Batch batch = ready.poll(); batch != null; batch = ready.poll()) {
                    polled.add(ids(batch));
                }
            }
        }
        assertThat(polled).isEqualTo(expected).isNotEmpty();
    }

    @Test
    void aBatchSaysWhenItWasReady() {
        try (LawDataset dataset = dataset();
                Loader loader = Loader.open(dataset.index(), dataset.store(), config())) {
            long beganNanos = System.nanoTime();
            try (BatchIterator batches = loader.iterator();
                    Batch first = batches.next()) {
                assertThat(first.readyNanos()).isBetween(beganNanos, System.nanoTime());
            }
        }
    }
}
