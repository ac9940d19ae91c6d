package dev.penstock.cli.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.balance.CostModel;
import dev.penstock.balance.ExactBalancer;
import dev.penstock.balance.MicroBatchCounts;
import dev.penstock.balance.MicroBatchPolicy;
import dev.penstock.balance.OutlierDelay;
import dev.penstock.balance.UnbalancedAssigner;
import dev.penstock.batch.Batch;
import dev.penstock.batch.Layout;
import dev.penstock.batch.LongerThanRow;
import dev.penstock.error.ConfigurationException;
import dev.penstock.laws.LawDataset;
import dev.penstock.laws.LawDatasets;
import dev.penstock.laws.LoaderLaws;
import dev.penstock.loader.BatchIterator;
import dev.penstock.loader.Loader;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.loader.LoaderCounters;
import dev.penstock.loader.LoaderState;
import dev.penstock.memory.PageLocking;
import dev.penstock.order.Shuffle;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStores;
import dev.penstock.tier.BlockCache;
import dev.penstock.tier.CacheConfig;
import dev.penstock.tier.DiskTierConfig;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The loader's laws over the stores and balancers that users compose.
class CompositionLawsTest {

    private static final long MAX_TOKENS = 40_000;

    @TempDir
    private Path scratch;

    private LawDataset packed(URI shards) {
        try (ObjectStore store = ObjectStores.open(shards)) {
            LawDatasets.pack(scratch, store);
        }
        return LawDatasets.open(() -> ObjectStores.open(shards));
    }

    @Nested
    class FileStoreWithBothTiersAndExactBalance extends LoaderLaws {

        @Override
        protected LawDataset openDataset() {
            return packed(scratch.resolve("shards").toUri());
        }

        @Override
        protected LoaderConfig.Builder composition() {
            return LoaderConfig.builder(() -> new ExactBalancer(CostModel.tokens(), MicroBatchPolicy.upTo(MAX_TOKENS)))
                    .shuffle(new Shuffle.OpenShards(2))
                    .blockBytes(LawDatasets.BLOCK_BYTES)
                    .ramBytes(10L * LawDatasets.BLOCK_BYTES)
                    .disk(new DiskTierConfig(scratch.resolve("cache"), 200_000))
                    .slotBytes(1 << 20);
        }
    }

    @Nested
    class MemStoreWithoutBalance extends LoaderLaws {

        private final URI shards = URI.create("mem://laws-" + UUID.randomUUID());

        @Override
        protected LawDataset openDataset() {
            return packed(shards);
        }

        @Override
        protected LoaderConfig.Builder composition() {
            return LoaderConfig.builder(() -> new UnbalancedAssigner(CostModel.tokens(), MicroBatchPolicy.uncapped()))
                    .blockBytes(LawDatasets.BLOCK_BYTES)
                    .ramBytes(1 << 20)
                    .slotBytes(1 << 20)
                    .pageLocking(PageLocking.OFF);
        }
    }

    /// The laws over one layout, with rows that several samples of the dataset are longer than.
    abstract class OneLayout extends LoaderLaws {

        private final URI shards = URI.create("mem://laws-" + UUID.randomUUID());

        abstract Layout layout();

        @Override
        protected LawDataset openDataset() {
            return packed(shards);
        }

        @Override
        protected LoaderConfig.Builder composition() {
            MicroBatchPolicy policy = MicroBatchPolicy.upTo(MAX_TOKENS)
                    .withCounts(MicroBatchCounts.EQUAL)
                    .withLayout(layout());
            return LoaderConfig.builder(() -> new ExactBalancer(CostModel.tokens(), policy))
                    .layout(policy.layout())
                    .padValue(0x2A)
                    .blockBytes(LawDatasets.BLOCK_BYTES)
                    .ramBytes(10L * LawDatasets.BLOCK_BYTES)
                    .slotBytes(4 << 20)
                    .pageLocking(PageLocking.OFF);
        }

        @Test
        void whatBelongsToNoSampleIsPaddingAndEveryByteOfASampleIsCopiedOnce() {
            LoaderConfig config = composition().batchSize(12).ranks(2).epochs(1).build();
            CacheConfig roomForAll = config.cache().withRamBytes(1 << 22);
            try (LawDataset dataset = LawDatasets.open(() -> ObjectStores.open(openShards()));
                    BlockCache cache = BlockCache.open(roomForAll)) {
                readChecked(dataset, config, cache);
                LoaderCounters resident = readChecked(dataset, config, cache);

                assertThat(resident.payloadBytes()).isEqualTo(dataset.storedBytes());
                assertThat(resident.residentBytes())
                        .as("bytes that were copied from blocks in RAM")
                        .isEqualTo(dataset.storedBytes());
                assertThat(resident.paddingBytes()).isPositive();
            }
        }

        private static LoaderCounters readChecked(LawDataset dataset, LoaderConfig config, BlockCache cache) {
            try (Loader loader = Loader.open(dataset.index(), dataset.store(), config, cache);
                    BatchIterator batches = loader.iterator()) {
                while (batches.hasNext()) {
                    try (Batch batch = batches.next()) {
                        LayoutCheck.requireLaidOut(batch, (byte) 0x2A);
                    }
                }
                return loader.counters();
            }
        }

        private URI openShards() {
            return shards;
        }
    }

    @Nested
    class PaddedRows extends OneLayout {
        @Override
        Layout layout() {
            return new Layout.Padded();
        }
    }

    @Nested
    class FixedRows extends OneLayout {
        @Override
        Layout layout() {
            return new Layout.Fixed(9_000, LongerThanRow.SPLIT);
        }
    }

    @Nested
    class LengthBuckets extends OneLayout {
        @Override
        Layout layout() {
            return new Layout.Buckets(List.of(100, 3_000, 32_769));
        }
    }

    @Nested
    class MemStoreWithDelayedOutliers extends LoaderLaws {

        private final URI shards = URI.create("mem://laws-" + UUID.randomUUID());

        @Override
        protected Membership membership() {
            return Membership.BY_RANKS;
        }

        @Override
        protected LawDataset openDataset() {
            return packed(shards);
        }

        @Override
        protected LoaderConfig.Builder composition() {
            return LoaderConfig.builder(() -> new ExactBalancer(CostModel.tokens(), MicroBatchPolicy.upTo(MAX_TOKENS)))
                    .regrouping(new OutlierDelay(CostModel.tokens(), 2))
                    .blockBytes(LawDatasets.BLOCK_BYTES)
                    .ramBytes(10L * LawDatasets.BLOCK_BYTES)
                    .slotBytes(1 << 20)
                    .pageLocking(PageLocking.OFF);
        }

        @Test
        void stateWithinAWindowGoesOnOnTheSameRanksOnly() {
            // 53 samples in batches of 12: windows of the first epoch are steps [0, 2) and [2, 4).
            try (LawDataset dataset = LawDatasets.open(() -> ObjectStores.open(shards))) {
                LoaderState within = state(dataset, 2, 1);
                assertThatThrownBy(() -> within.requireContinues(state(dataset, 3, 1)))
                        .isInstanceOf(ConfigurationException.class)
                        .hasMessageContaining("ranks=2");
                within.requireContinues(state(dataset, 2, 1));
                state(dataset, 2, 2).requireContinues(state(dataset, 3, 2));
            }
        }

        private LoaderState state(LawDataset dataset, int ranks, long nextStep) {
            LoaderConfig config = composition().batchSize(12).ranks(ranks).build();
            try (Loader loader = Loader.open(dataset.index(), dataset.store(), config)) {
                return loader.state(nextStep);
            }
        }
    }
}
