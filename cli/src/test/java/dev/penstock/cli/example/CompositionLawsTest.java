package dev.penstock.cli.example;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.balance.CostModel;
import dev.penstock.balance.ExactBalancer;
import dev.penstock.balance.MicroBatchPolicy;
import dev.penstock.balance.OutlierDelay;
import dev.penstock.balance.UnbalancedAssigner;
import dev.penstock.error.ConfigurationException;
import dev.penstock.laws.LawDataset;
import dev.penstock.laws.LawDatasets;
import dev.penstock.laws.LoaderLaws;
import dev.penstock.loader.Loader;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.loader.LoaderState;
import dev.penstock.memory.PageLocking;
import dev.penstock.order.Shuffle;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStores;
import dev.penstock.tier.DiskTierConfig;
import java.net.URI;
import java.nio.file.Path;
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
