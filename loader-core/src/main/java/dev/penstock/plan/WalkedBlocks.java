package dev.penstock.plan;

import dev.penstock.index.DatasetIndex;
import dev.penstock.index.ShardIndex;
import dev.penstock.order.GlobalBatches;
import dev.penstock.order.SampleOrder;
import dev.penstock.tier.BlockMap;
import java.util.BitSet;
import java.util.Optional;

/// The blocks that a run of less than an epoch reads, found by walking its samples.
///
/// Where steps trade samples, those that might trade with a step of the run count too. Confined to one thread.
final class WalkedBlocks {

    /// Walked in about a second.
    private static final long MOST_SAMPLES = 1 << 22;

    private final DatasetIndex index;
    private final BlockMap blockMap;
    private final BitSet blocks;

    private WalkedBlocks(DatasetIndex index, BlockMap blockMap) {
        this.index = index;
        this.blockMap = blockMap;
        this.blocks = new BitSet(blockMap.blockCount());
    }

    /// The blocks of steps `[firstStep, endStep)`; empty where the walk would be as long as an epoch, or too long.
    static Optional<BitSet> of(
            DatasetIndex index,
            SampleOrder order,
            GlobalBatches batches,
            StepRegrouping regrouping,
            BlockMap blockMap,
            long firstStep,
            long endStep) {
        WalkedBlocks walk = new WalkedBlocks(index, blockMap);
        if (firstStep >= endStep) {
            return Optional.of(walk.blocks);
        }
        int trading = regrouping.windowSteps() - 1;
        long lastStep = endStep - 1 + Math.min(trading, batches.stepCount() - endStep);
        long first = batches.firstPosition(Math.max(0, firstStep - trading));
        long end = batches.firstPosition(lastStep) + batches.size(lastStep);
        if (end - first >= Math.min(index.sampleCount(), MOST_SAMPLES)) {
            return Optional.empty();
        }
        OrderLine line = new OrderLine(order);
        for (long position = first; position < end; position++) {
            if (batches.stepOf(position) != GlobalBatches.NEVER) {
                walk.add(line.sampleAt(position));
            }
        }
        return Optional.of(walk.blocks);
    }

    private void add(long sample) {
        int shardNumber = index.shardOf(sample);
        ShardIndex shard = index.shard(shardNumber);
        int local = (int) (sample - index.firstSample(shardNumber));
        for (int field = 0; field < index.fields().size(); field++) {
            int bytes = shard.storedBytes(local, field);
            if (bytes > 0) {
                long offset = shard.offset(local, field);
                blocks.set(blockMap.block(shardNumber, offset), blockMap.block(shardNumber, offset + bytes - 1) + 1);
            }
        }
    }
}
