package dev.penstock.loader;

import dev.penstock.laws.LawDataset;
import dev.penstock.laws.LawDatasets;
import dev.penstock.laws.LoaderLaws;
import dev.penstock.laws.RoundRobinAssigner;
import dev.penstock.memory.PageLocking;
import dev.penstock.order.Shuffle;
import dev.penstock.store.DirectoryStore;
import dev.penstock.tier.DiskTierConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

class LoaderTest {

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

    private static LoaderConfig.Builder small() {
        return LoaderConfig.builder(() -> new RoundRobinAssigner(3))
                .blockBytes(LawDatasets.BLOCK_BYTES)
                .slotBytes(1 << 20)
                .pageLocking(PageLocking.OFF);
    }

    @Nested
    class EverythingFitsInRam extends LoaderLaws {

        @Override
        protected LawDataset openDataset() {
            return dataset();
        }

        @Override
        protected LoaderConfig.Builder composition() {
            return small().ramBytes(4 << 20);
        }
    }

    @Nested
    class TwoFramesOfRamAndOneSlot extends LoaderLaws {

        @Override
        protected LawDataset openDataset() {
            return dataset();
        }

        @Override
        protected LoaderConfig.Builder composition() {
            return small().ramBytes(2 * LawDatasets.BLOCK_BYTES)
                    .decodeThreads(1)
                    .shuffle(new Shuffle.OpenShards(2));
        }
    }

    @Nested
    class DiskTierSmallerThanTheData extends LoaderLaws {

        @Override
        protected LawDataset openDataset() {
            return dataset();
        }

        @Override
        protected LoaderConfig.Builder composition() {
            return small().ramBytes(5 * LawDatasets.BLOCK_BYTES)
                    .disk(new DiskTierConfig(scratch.resolve("cache"), 100_000))
                    .decodeThreads(4);
        }
    }

    @Nested
    class StoredOrder extends LoaderLaws {

        @Override
        protected LawDataset openDataset() {
            return dataset();
        }

        @Override
        protected LoaderConfig.Builder composition() {
            return small().ramBytes(1 << 20).shuffle(new Shuffle.None());
        }
    }
}
