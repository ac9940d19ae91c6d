package dev.penstock.loader;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.batch.Batch;
import dev.penstock.laws.LawDataset;
import dev.penstock.laws.LawDatasets;
import dev.penstock.laws.LoaderLaws;
import dev.penstock.laws.RoundRobinAssigner;
import dev.penstock.memory.PageLocking;
import dev.penstock.order.Shuffle;
import dev.penstock.store.DirectoryStore;
import dev.penstock.tier.BlockCache;
import dev.penstock.tier.CacheConfig;
import dev.penstock.tier.DiskTierConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class SharedCacheLawsTest {

    private static final CacheConfig FEWEST_FRAMES =
            CacheConfig.defaults().withBlockBytes(LawDatasets.BLOCK_BYTES).withRamBytes(2 * LawDatasets.BLOCK_BYTES);

    @TempDir
    private Path scratch;

    private BlockCache cache;

    @BeforeEach
    void pack() throws Exception {
        Files.createDirectories(scratch.resolve("shards"));
        LawDatasets.pack(scratch, new DirectoryStore(scratch.resolve("shards")));
        cache = BlockCache.open(FEWEST_FRAMES
                .withRamBytes(7 * LawDatasets.BLOCK_BYTES)
                .withDisk(new DiskTierConfig(scratch.resolve("cache"), 100_000)));
    }

    @AfterEach
    void closeCache() {
        cache.close();
    }

    private LawDataset dataset() {
        return LawDatasets.open(() -> new DirectoryStore(scratch.resolve("shards")));
    }

    private static LoaderConfig.Builder small() {
        return LoaderConfig.builder(() -> new RoundRobinAssigner(3))
                .slotBytes(1 << 20)
                .decodeThreads(2)
                .pageLocking(PageLocking.OFF);
    }

    /// Every law holds for a job whose companion leaves at a random moment, while batches it never takes are filled.
    @Nested
    class WithACompanionThatIsCancelled extends LoaderLaws {

        private final long seed = System.nanoTime();
        private final SplittableRandom random = new SplittableRandom(seed);
        private final List<CompletableFuture<Void>> companions = new ArrayList<>();

        @AfterEach
        void joinCompanions() {
            companions.forEach(CompletableFuture::join);
        }

        @Override
        protected LawDataset openDataset() {
            return dataset();
        }

        @Override
        protected LoaderConfig.Builder composition() {
            return small();
        }

        @Override
        protected Loader openLoader(LawDataset dataset, LoaderConfig config) {
            LoaderConfig other = small().seed(random.nextLong())
                    .shuffle(new Shuffle.OpenShards(2))
                    .batchSize(1 + random.nextInt(20))
                    .build();
            int batches = random.nextInt(12);
            companions.add(CompletableFuture.runAsync(() -> readAndLeave(other, batches)));
            return Loader.open(dataset.index(), dataset.store(), config, cache);
        }

        private void readAndLeave(LoaderConfig config, int batchCount) {
            try (LawDataset own = dataset();
                    Loader loader = Loader.open(own.index(), own.store(), config, cache);
                    BatchIterator batches = loader.iterator()) {
                for (int i = 0; i < batchCount; i++) {
                    checkAndClose(batches.next(), own, seed);
                }
            }
        }
    }

    private static void checkAndClose(Batch batch, LawDataset dataset, long seed) {
        try (batch) {
            for (int sample = 0; sample < batch.sampleCount(); sample++) {
                assertThat(dataset.storedCrc32c(batch.sampleId(sample)))
                        .as("sample %d, seed %d", batch.sampleId(sample), seed)
                        .isEqualTo(batch.crc32c(sample));
            }
        }
    }

    /// Two frames are the fewest there can be: loaders that waited while they hold one would wait for ever.
    @Test
    @Timeout(60)
    void fourLoadersOnTwoFramesAllComeToTheirEnd() throws Exception {
        try (BlockCache tiny = BlockCache.open(FEWEST_FRAMES);
                ExecutorService jobs = Executors.newFixedThreadPool(4)) {
            List<Future<Integer>> samples = new ArrayList<>();
            for (int job = 0; job < 4; job++) {
                LoaderConfig config =
                        small().seed(job).batchSize(7 + job).epochs(2).build();
                samples.add(jobs.submit(() -> readAll(config, tiny)));
            }
            for (Future<Integer> count : samples) {
                assertThat(count.get()).isEqualTo(2 * 53);
            }
        }
    }

    private int readAll(LoaderConfig config, BlockCache cache) {
        int samples = 0;
        try (LawDataset own = dataset();
                Loader loader = Loader.open(own.index(), own.store(), config, cache);
                BatchIterator batches = loader.iterator()) {
            while (batches.hasNext()) {
                Batch batch = batches.next();
                samples += batch.sampleCount();
                checkAndClose(batch, own, config.seed());
            }
        }
        return samples;
    }
}
