package dev.penstock.plan;

import dev.penstock.index.DatasetIndex;
import dev.penstock.index.ShardIndex;
import dev.penstock.order.GlobalBatches;
import dev.penstock.order.SampleOrder;
import dev.penstock.tier.BlockMap;
import dev.penstock.tier.NextUse;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/// The future of every block, read off the order: the next step in which one of its samples is due.
///
/// A block's samples are put through the inverse order once per epoch, which costs some tens of nanoseconds each, and
/// their steps are kept sorted; each question is then a binary search. Tiers ask only when they must evict, so a cache
/// that holds everything never pays.
///
/// Every rank's use counts, also where this host serves only some ranks: the next use is then a lower bound.
/// Thread-safe.
public final class BlockUses implements NextUse {

    /// 32 MiB of heap, however many samples the tiers hold; a block that was forgotten is worked out again.
    private static final long REMEMBERED_STEPS = 1 << 22;

    /// Sorted steps of one epoch in which a block is due.
    private record EpochUses(long epoch, long[] steps) {}

    private final DatasetIndex index;
    private final OrderLine line;
    private final GlobalBatches batches;
    private final StepWindows windows;
    private final BlockMap blockMap;
    private final SampleOrder order;
    private final StepRegrouping regrouping;
    private final long firstStep;
    private final long endStep;
    private final LinkedHashMap<Integer, EpochUses> known = new LinkedHashMap<>(16, 0.75f, true);
    private long knownSteps;

    /// @param ranks that share each step
    /// @param firstStep of the run that is delivered
    /// @param endStep first one that is not; may cut the run of `batches` short
    public BlockUses(
            DatasetIndex index,
            SampleOrder order,
            GlobalBatches batches,
            StepRegrouping regrouping,
            int ranks,
            BlockMap blockMap,
            long firstStep,
            long endStep) {
        this.order = order;
        this.regrouping = regrouping;
        this.firstStep = firstStep;
        this.endStep = endStep;
        this.index = index;
        this.line = new OrderLine(order);
        this.batches = batches;
        this.windows = new StepWindows(order, batches, regrouping, ranks, index::length);
        this.blockMap = blockMap;
    }

    @Override
    public synchronized long nextUse(int block, long afterStep) {
        long first = Math.max(0, afterStep + 1);
        if (first >= endStep) {
            return NEVER;
        }
        long epoch = batches.epochOf(first);
        // Steps trade samples within an epoch. A batch that spans two epochs belongs to the first, and the second one's
        // samples may be due in it; so a block that is due at all is due in this epoch or in one of the next two.
        for (long e = epoch; e <= epoch + 2; e++) {
            long[] steps = steps(block, e);
            int at = Arrays.binarySearch(steps, first);
            at = at < 0 ? -at - 1 : at;
            if (at < steps.length) {
                return steps[at] < endStep ? steps[at] : NEVER;
            }
        }
        return NEVER;
    }

    /// Of a run of an epoch and more, every block that holds bytes of a sample, dropped at the end of an epoch or not.
    @Override
    public BitSet usedBlocks(int blockCount) {
        return WalkedBlocks.of(index, order, batches, regrouping, blockMap, firstStep, endStep)
                .orElseGet(() -> IntStream.range(0, blockCount)
                        .filter(this::holdsSample)
                        .collect(BitSet::new, BitSet::set, BitSet::or));
    }

    private boolean holdsSample(int block) {
        ShardIndex shard = index.shard(blockMap.object(block));
        long from = blockMap.offsetBytes(block);
        long until = from + blockMap.lengthBytes(block);
        for (int local = firstSample(shard, reached -> end(shard, reached) > from);
                local < shard.sampleCount() && start(shard, local) < until;
                local++) {
            if (reaches(shard, local, from, until)) {
                return true;
            }
        }
        return false;
    }

    private long[] steps(int block, long epoch) {
        EpochUses uses = known.get(block);
        if (uses == null || uses.epoch != epoch) {
            EpochUses stale = uses;
            uses = new EpochUses(epoch, sortedSteps(block, epoch));
            known.put(block, uses);
            knownSteps += uses.steps.length - (stale == null ? 0 : stale.steps.length);
            forgetEldest();
        }
        return uses.steps;
    }

    private void forgetEldest() {
        Iterator<EpochUses> eldestFirst = known.values().iterator();
        while (knownSteps > REMEMBERED_STEPS && known.size() > 1) {
            knownSteps -= eldestFirst.next().steps.length;
            eldestFirst.remove();
        }
    }

    private long[] sortedSteps(int block, long epoch) {
        int object = blockMap.object(block);
        ShardIndex shard = index.shard(object);
        long from = blockMap.offsetBytes(block);
        long until = from + blockMap.lengthBytes(block);
        int first = firstSample(shard, local -> end(shard, local) > from);
        int last = firstSample(shard, local -> start(shard, local) >= until);
        long[] steps = new long[Math.max(0, last - first)];
        int count = 0;
        for (int local = first; local < last; local++) {
            long step = windows.stepOf(line.positionOf(epoch, index.firstSample(object) + local));
            if (step != GlobalBatches.NEVER && reaches(shard, local, from, until)) {
                steps[count++] = step;
            }
        }
        long[] sorted = Arrays.copyOf(steps, count);
        Arrays.sort(sorted);
        return sorted;
    }

    /// The first sample for which a condition holds that holds for every later one too, by bisection: samples lie in
    /// the shard in the order of their numbers.
    private static int firstSample(ShardIndex shard, IntPredicate holds) {
        int low = 0;
        int high = shard.sampleCount();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (holds.test(middle)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /// Whether a byte of some field lies in the range: a sample of several fields has gaps, and an empty one no bytes.
    private boolean reaches(ShardIndex shard, int local, long from, long until) {
        for (int field = 0; field < index.fields().size(); field++) {
            long start = shard.offset(local, field);
            long end = start + shard.storedBytes(local, field);
            if (start < end && start < until && end > from) {
                return true;
            }
        }
        return false;
    }

    private long start(ShardIndex shard, int local) {
        long start = Long.MAX_VALUE;
        for (int field = 0; field < index.fields().size(); field++) {
            if (shard.has(local, field)) {
                start = Math.min(start, shard.offset(local, field));
            }
        }
        return start;
    }

    private long end(ShardIndex shard, int local) {
        long end = 0;
        for (int field = 0; field < index.fields().size(); field++) {
            if (shard.has(local, field)) {
                end = Math.max(end, shard.offset(local, field) + shard.storedBytes(local, field));
            }
        }
        return end;
    }
}
