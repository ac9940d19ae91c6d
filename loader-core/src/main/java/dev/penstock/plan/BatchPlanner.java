package dev.penstock.plan;

import dev.penstock.batch.BatchLayout;
import dev.penstock.batch.FieldSize;
import dev.penstock.batch.Layout;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.ResourceExhaustedException;
import dev.penstock.index.DatasetIndex;
import dev.penstock.index.ShardIndex;
import dev.penstock.order.GlobalBatches;
import dev.penstock.order.SampleOrder;
import dev.penstock.tier.BlockMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Turns a step number into batch plans: the samples of the step, then assignment to ranks, then layout and pieces.
///
/// A pure function of its constructor's arguments and the step; the fields below are scratch memory. Confined to one
/// thread. Any step may follow any other.
public final class BatchPlanner {

    private final DatasetIndex index;
    private final StepSamples samples;
    private final GlobalBatches batches;
    private final AssignerTimeline assigners;
    private final BlockMap blockMap;
    private final int fieldCount;
    private final int[] widthBytes;

    private final RankAssignment assignment;
    private final Layout kind;
    private int[] shards = new int[64];
    private int[] lengths = new int[64];
    private int[] counts = new int[64];
    private long plannedStep = -1;
    private @Nullable Supplier<RankAssigner> inForce;
    private @Nullable RankAssigner assigner;

    /// @param assigners decided up to the steps that are asked for
    /// @param ranks number of ranks that share each global batch
    /// @param kind how the samples of a micro-batch lie beside each other
    public BatchPlanner(
            DatasetIndex index,
            SampleOrder order,
            GlobalBatches batches,
            StepRegrouping regrouping,
            AssignerTimeline assigners,
            int ranks,
            Layout kind,
            BlockMap blockMap) {
        this.index = index;
        this.samples = new StepSamples(order, batches, regrouping, ranks, index::length);
        this.batches = batches;
        this.assigners = assigners;
        this.blockMap = blockMap;
        this.fieldCount = index.fields().size();
        this.widthBytes = index.fields().stream()
                .mapToInt(field -> field.type().widthBytes())
                .toArray();
        this.kind = kind;
        this.assignment = new RankAssignment(ranks);
    }

    /// Decides who gets which sample of a step; valid until the next call.
    public RankAssignment assign(long step) {
        if (step == plannedStep) {
            return assignment;
        }
        samples.load(step);
        assignerOf(step).assign(samples.lengths(), samples.count(), assignment);
        plannedStep = step;
        return assignment;
    }

    /// Assigners have scratch memory, so one is kept until the timeline changes to another.
    private RankAssigner assignerOf(long step) {
        Supplier<RankAssigner> wanted = assigners.at(step);
        if (assigner == null || !wanted.equals(inForce)) {
            assigner = wanted.get();
            inForce = wanted;
        }
        return assigner;
    }

    /// Dataset-wide number of an item of the step last assigned.
    public long sample(int item) {
        return samples.sample(item);
    }

    /// Length in cost units of an item of the step last assigned.
    public int length(int item) {
        return samples.lengths()[item];
    }

    /// Plans one rank's batch of a step.
    ///
    /// Ranks of one step planned one after the other share the assignment.
    public void plan(long step, int rank, BatchPlan into) {
        assign(step);
        int firstMicroBatch = assignment.firstMicroBatch(rank);
        int microBatches = assignment.microBatchCount(rank);
        int firstItem = assignment.firstItem(firstMicroBatch);
        int sampleCount = assignment.firstItem(firstMicroBatch + microBatches) - firstItem;

        into.begin(batches.epochOf(step), step, rank, assignment.balanceRatio(), sampleCount, microBatches, widthBytes);
        for (int m = 0; m <= microBatches; m++) {
            into.microBatchStart(m, assignment.firstItem(firstMicroBatch + m) - firstItem);
        }
        if (shards.length < sampleCount) {
            shards = new int[sampleCount];
            lengths = new int[sampleCount];
            counts = new int[sampleCount];
        }
        for (int sample = 0; sample < sampleCount; sample++) {
            int item = assignment.item(firstItem + sample);
            long id = samples.sample(item);
            into.sample(sample, id);
            lengths[sample] = samples.lengths()[item];
            shards[sample] = index.shardOf(id);
            ShardIndex shard = index.shard(shards[sample]);
            int local = local(into, sample);
            for (int field = 0; field < fieldCount; field++) {
                into.field(sample, field, shard.storedBytes(local, field), shard.crc32c(local, field));
            }
        }
        FieldSize[] sizes = new FieldSize[fieldCount];
        for (int field = 0; field < fieldCount; field++) {
            sizes[field] = place(into, field, sampleCount, microBatches);
        }
        BatchLayout layout = new BatchLayout(kind, sampleCount, microBatches, sizes);
        into.layout(layout);
        for (int field = 0; field < fieldCount; field++) {
            for (int sample = 0; sample < sampleCount; sample++) {
                int bytes = into.fieldBytes(sample, field);
                long target = layout.valuesOffset(field) + into.placement(field).start(sample) * widthBytes[field];
                into.target(sample, field, target);
                addPieces(into, sample, field, shards[sample], local(into, sample), bytes, target);
            }
        }
        into.finish();
    }

    private FieldSize place(BatchPlan into, int field, int sampleCount, int microBatches) {
        long payloadBytes = 0;
        for (int sample = 0; sample < sampleCount; sample++) {
            int bytes = into.fieldBytes(sample, field);
            counts[sample] = into.fieldElements(sample, field);
            payloadBytes += bytes;
        }
        SamplePlacement placement = into.placement(field);
        placement.place(kind, lengths, counts, into.microBatchStarts(), microBatches);
        requireInt32Offsets(into, field, placement.elements());
        return new FieldSize(payloadBytes, placement.elements() * widthBytes[field], placement.segmentCount());
    }

    private int local(BatchPlan plan, int sample) {
        return (int) (plan.sampleId(sample) - index.firstSample(shards[sample]));
    }

    private void addPieces(BatchPlan into, int sample, int field, int shard, int local, int bytes, long target) {
        long source = bytes == 0 ? 0 : index.shard(shard).offset(local, field);
        int left = bytes;
        long to = target;
        // Every block is full but a shard's last one, and no field reaches past that one's end.
        int blockBytes = blockMap.blockBytes();
        while (left > 0) {
            int block = blockMap.block(shard, source);
            int inBlock = (int) (source % blockBytes);
            int piece = Math.min(left, blockBytes - inBlock);
            into.piece(sample, field, block, inBlock, piece, to);
            source += piece;
            to += piece;
            left -= piece;
        }
    }

    /// Offsets are int32 elements, as attention kernels take them.
    private void requireInt32Offsets(BatchPlan plan, int field, long elements) {
        if (elements > Integer.MAX_VALUE) {
            throw new ResourceExhaustedException(FailureMessage.of("laying out a batch")
                    .with("step", plan.step())
                    .with("rank", plan.rank())
                    .with("field", index.fields().get(field).name())
                    .with("elements", elements)
                    .with("limit", Integer.MAX_VALUE)
                    .remedy("use a smaller --batch or more ranks"));
        }
    }
}
