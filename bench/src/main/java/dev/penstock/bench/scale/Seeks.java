package dev.penstock.bench.scale;

import dev.penstock.balance.CostModel;
import dev.penstock.balance.ExactBalancer;
import dev.penstock.balance.MicroBatchPolicy;
import dev.penstock.batch.Layout;
import dev.penstock.bench.measure.Measurements;
import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import dev.penstock.index.DatasetIndex;
import dev.penstock.order.EpochOrder;
import dev.penstock.order.GlobalBatches;
import dev.penstock.order.Remainder;
import dev.penstock.order.SampleOrder;
import dev.penstock.order.Shuffle;
import dev.penstock.plan.AssignerTimeline;
import dev.penstock.plan.BatchPlan;
import dev.penstock.plan.BatchPlanner;
import dev.penstock.plan.StepRegrouping;
import dev.penstock.tier.BlockMap;
import dev.penstock.tier.CacheConfig;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// Jumps to random positions of an endless run: from position to sample and back, and the plan of its step.
///
/// The same positions are visited in every round, and a position counts with its quickest visit: what else the machine
/// does meanwhile is left out, and a position that is slow in itself is slow in every round.
final class Seeks {

    /// Far beyond any run; the epoch is an argument of the order, so its number must not matter.
    private static final long EPOCHS = 1000;

    private final SampleOrder order;
    private final GlobalBatches batches;
    private final BatchPlanner planner;
    private final BatchPlan plan = new BatchPlan();
    private final long[] positions;
    private final double[][] millis;

    /// @param rounds how often [#round(int)] will be called
    Seeks(DatasetIndex index, int batchSize, int count, int rounds) {
        this.order = new SampleOrder(index.firstSamples(), new Shuffle.Full(), 0);
        this.batches = new GlobalBatches(index.sampleCount(), batchSize, GlobalBatches.UNBOUNDED, Remainder.CARRY);
        this.planner = new BatchPlanner(
                index,
                order,
                batches,
                StepRegrouping.NONE,
                AssignerTimeline.always(() -> new ExactBalancer(CostModel.tokens(), MicroBatchPolicy.uncapped())),
                1,
                new Layout.Packed(),
                blockMap(index));
        this.positions = new SplittableRandom(20_261_121)
                .longs(count, 0, EPOCHS * index.sampleCount())
                .toArray();
        this.millis = new double[count][rounds];
    }

    private static BlockMap blockMap(DatasetIndex index) {
        long[] sizes = IntStream.range(0, index.shardCount())
                .mapToLong(shard -> index.shard(shard).object().sizeBytes())
                .toArray();
        return new BlockMap(
                sizes,
                IntStream.range(0, sizes.length).mapToObj(Integer::toString).toList(),
                CacheConfig.DEFAULT_BLOCK_BYTES);
    }

    void round(int round) {
        long samples = order.sampleCount();
        for (int p = 0; p < positions.length; p++) {
            long position = positions[p];
            long start = System.nanoTime();
            EpochOrder epoch = order.epoch(position / samples);
            long sample = epoch.sampleAt(position % samples);
            long back = epoch.indexOf(sample);
            planner.plan(batches.stepOf(position), 0, plan);
            millis[p][round] = (System.nanoTime() - start) / 1e6;
            requireFound(position, sample, back);
        }
    }

    private void requireFound(long position, long sample, long back) {
        boolean planned = LongStream.range(0, plan.sampleCount())
                .anyMatch(item -> plan.sampleId(Math.toIntExact(item)) == sample);
        if (back != position % order.sampleCount() || !planned) {
            throw new CorruptDataException(FailureMessage.of("checking a seek")
                    .with("position", position)
                    .with("sample", sample)
                    .with("found", back)
                    .with("inThePlan", planned));
        }
    }

    /// Of every position, its quickest visit.
    Measurements millisPerPosition() {
        double[] quickest = new double[positions.length];
        for (int p = 0; p < positions.length; p++) {
            quickest[p] = Measurements.of(millis[p]).least();
        }
        return Measurements.of(quickest);
    }

    /// The control: what a loader pays that can only go forward, to the middle of an epoch.
    double replayMillis() {
        long start = System.nanoTime();
        EpochOrder epoch = order.epoch(0);
        long sum = 0;
        for (long index = 0; index <= order.sampleCount() / 2; index++) {
            sum += epoch.sampleAt(index);
        }
        double elapsed = (System.nanoTime() - start) / 1e6;
        if (sum < 0) {
            throw new AssertionError("sample numbers are not negative");
        }
        return elapsed;
    }
}
