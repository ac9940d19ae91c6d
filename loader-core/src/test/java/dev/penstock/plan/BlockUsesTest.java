package dev.penstock.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.batch.Layout;
import dev.penstock.index.DatasetIndex;
import dev.penstock.laws.LawDatasets;
import dev.penstock.laws.RoundRobinAssigner;
import dev.penstock.order.GlobalBatches;
import dev.penstock.order.Remainder;
import dev.penstock.order.SampleOrder;
import dev.penstock.order.Shuffle;
import dev.penstock.store.DirectoryStore;
import dev.penstock.store.ObjectStore;
import dev.penstock.tier.BlockMap;
import dev.penstock.tier.NextUse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BlockUsesTest {

    private static final int EPOCHS = 3;

    @TempDir
    private Path scratch;

    /// The plans of every step say which blocks it reads; the next use must be found among them.
    @ParameterizedTest
    @EnumSource(Remainder.class)
    void everyNextUseIsTheFirstLaterStepWhosePlanReadsTheBlock(Remainder remainder) throws Exception {
        ObjectStore store = new DirectoryStore(Files.createDirectories(scratch.resolve("shards")));
        LawDatasets.pack(scratch, store);
        try (DatasetIndex index = DatasetIndex.open(store)) {
            BlockMap blocks = blockMap(index);
            for (Shuffle shuffle : List.of(new Shuffle.None(), new Shuffle.Full(), new Shuffle.OpenShards(2))) {
                SampleOrder order = new SampleOrder(index.firstSamples(), shuffle, 11);
                GlobalBatches batches = new GlobalBatches(index.sampleCount(), 12, EPOCHS, remainder);
                for (StepRegrouping regrouping : List.of(StepRegrouping.NONE, new LongestToTheMiddle(3))) {
                    List<TreeSet<Long>> uses = plannedUses(index, order, batches, regrouping, blocks);
                    BlockUses nextUse =
                            new BlockUses(index, order, batches, regrouping, 1, blocks, 0, batches.stepCount());
                    for (int block = 0; block < blocks.blockCount(); block++) {
                        for (long after = -1; after <= batches.stepCount(); after++) {
                            Long planned = uses.get(block).higher(after);
                            assertThat(nextUse.nextUse(block, after))
                                    .as("%s, %s, block %d after step %d", shuffle, regrouping, block, after)
                                    .isEqualTo(planned == null ? NextUse.NEVER : planned);
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Remainder.class)
    void aRunUsesTheBlocksThatItsPlansReadAndNoOthers(Remainder remainder) throws Exception {
        ObjectStore store = new DirectoryStore(Files.createDirectories(scratch.resolve("shards")));
        LawDatasets.pack(scratch, store);
        try (DatasetIndex index = DatasetIndex.open(store)) {
            BlockMap blocks = blockMap(index);
            SampleOrder order = new SampleOrder(index.firstSamples(), new Shuffle.None(), 11);
            GlobalBatches batches = new GlobalBatches(index.sampleCount(), 5, EPOCHS, remainder);
            List<TreeSet<Long>> uses = plannedUses(index, order, batches, StepRegrouping.NONE, blocks);
            for (long first : new long[] {0, 3, 9}) {
                for (long end : new long[] {first, first + 1, first + 4, batches.stepCount()}) {
                    BlockUses run = new BlockUses(index, order, batches, StepRegrouping.NONE, 1, blocks, first, end);
                    BitSet planned = new BitSet();
                    for (int block = 0; block < blocks.blockCount(); block++) {
                        Long use = uses.get(block).ceiling(first);
                        planned.set(block, use != null && use < end);
                        assertThat(run.nextUse(block, first - 1))
                                .as("block %d from step %d to %d", block, first, end)
                                .isEqualTo(use != null && use < end ? use : NextUse.NEVER);
                    }
                    BitSet used = run.usedBlocks(blocks.blockCount());
                    if (remainder == Remainder.DROP && end == batches.stepCount()) {
                        // What every epoch drops where nothing is mixed counts all the same.
                        used.and(planned);
                    }
                    assertThat(used).as("steps %d to %d", first, end).isEqualTo(planned);
                }
            }
        }
    }

    @Test
    void whereStepsTradeSamplesNoBlockOfARunIsLeftOut() throws Exception {
        ObjectStore store = new DirectoryStore(Files.createDirectories(scratch.resolve("shards")));
        LawDatasets.pack(scratch, store);
        try (DatasetIndex index = DatasetIndex.open(store)) {
            BlockMap blocks = blockMap(index);
            SampleOrder order = new SampleOrder(index.firstSamples(), new Shuffle.None(), 11);
            GlobalBatches batches = new GlobalBatches(index.sampleCount(), 3, EPOCHS, Remainder.CARRY);
            StepRegrouping regrouping = new LongestToTheMiddle(3);
            List<TreeSet<Long>> uses = plannedUses(index, order, batches, regrouping, blocks);
            BitSet used =
                    new BlockUses(index, order, batches, regrouping, 1, blocks, 4, 6).usedBlocks(blocks.blockCount());
            assertThat(used.cardinality()).isLessThan(blocks.blockCount());
            for (int block = 0; block < blocks.blockCount(); block++) {
                Long use = uses.get(block).ceiling(4L);
                assertThat(used.get(block) || use == null || use >= 6)
                        .as("block %d", block)
                        .isTrue();
            }
        }
    }

    private static BlockMap blockMap(DatasetIndex index) {
        long[] sizes = IntStream.range(0, index.shardCount())
                .mapToLong(shard -> index.shard(shard).object().sizeBytes())
                .toArray();
        return new BlockMap(sizes, Collections.nCopies(sizes.length, "any"), LawDatasets.BLOCK_BYTES);
    }

    private static List<TreeSet<Long>> plannedUses(
            DatasetIndex index, SampleOrder order, GlobalBatches batches, StepRegrouping regrouping, BlockMap blocks) {
        List<TreeSet<Long>> uses =
                Stream.generate(TreeSet<Long>::new).limit(blocks.blockCount()).toList();
        BatchPlanner planner = new BatchPlanner(
                index,
                order,
                batches,
                regrouping,
                AssignerTimeline.always(() -> new RoundRobinAssigner(4)),
                1,
                new Layout.Packed(),
                blocks);
        BatchPlan plan = new BatchPlan();
        for (long step = 0; step < batches.stepCount(); step++) {
            planner.plan(step, 0, plan);
            for (int i = 0; i < plan.blockCount(); i++) {
                uses.get(plan.block(i)).add(step);
            }
        }
        return uses;
    }
}
