package dev.penstock.loader;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.batch.Batch;
import dev.penstock.laws.LawDataset;
import dev.penstock.laws.LawDatasets;
import dev.penstock.laws.LoaderLaws;
import dev.penstock.laws.RoundRobinAssigner;
import dev.penstock.memory.PageLocking;
import dev.penstock.order.Shuffle;
import dev.penstock.plan.AssignerTimeline;
import dev.penstock.store.DirectoryStore;
import dev.penstock.tier.DiskTierConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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
    class AssignersThatChange extends LoaderLaws {

        @Override
        protected LawDataset openDataset() {
            return dataset();
        }

        @Override
        protected LoaderConfig.Builder composition() {
            AssignerTimeline timeline = new AssignerTimeline(() -> new RoundRobinAssigner(3));
            timeline.change(2, () -> new RoundRobinAssigner(1));
            timeline.change(7, () -> new RoundRobinAssigner(5));
            timeline.decideUntil(Long.MAX_VALUE);
            return small().ramBytes(1 << 20).assigners(timeline);
        }
    }

    @Test
    @Timeout(60)
    void streamGoesNoFurtherThanWhatIsDecidedAndThenGoesOn() {
        int known = 3;
        AssignerTimeline timeline = new AssignerTimeline(() -> new RoundRobinAssigner(Integer.MAX_VALUE));
        timeline.decideUntil(known);
        LoaderConfig config = small().batchSize(6)
                .steps(10)
                .ramBytes(1 << 20)
                .assigners(timeline)
                .build();
        List<Integer> microBatches = new ArrayList<>();
        try (LawDataset dataset = dataset();
                Loader loader = Loader.open(dataset.index(), dataset.store(), config);
                BatchIterator batches = loader.iterator()) {
            for (int step = 0; step < config.steps().orElseThrow(); step++) {
                if (step == known) {
                    timeline.change(known, () -> new RoundRobinAssigner(2));
                    timeline.decideUntil(Long.MAX_VALUE);
                }
                try (Batch batch = batches.next()) {
                    microBatches.add(batch.microBatchCount());
                }
            }
        }
        assertThat(microBatches).containsExactly(1, 1, 1, 3, 3, 3, 3, 3, 3, 3);
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
