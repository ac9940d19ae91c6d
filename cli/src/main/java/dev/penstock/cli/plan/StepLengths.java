package dev.penstock.cli.plan;

import dev.penstock.order.EpochOrder;
import dev.penstock.order.GlobalBatches;
import dev.penstock.order.SampleOrder;
import java.util.function.LongToIntFunction;

/// The samples of one global batch at a time, and their lengths.
///
/// Confined to one thread; [#load] overwrites what the step before left.
public final class StepLengths {

    private final SampleOrder order;
    private final GlobalBatches batches;
    private final LongToIntFunction lengthOf;
    private final long[] samples;
    private final int[] lengths;
    private long epoch;
    private EpochOrder epochOrder;
    private int count;

    /// @param lengthOf length of a sample by its number, in cost units
    public StepLengths(SampleOrder order, GlobalBatches batches, LongToIntFunction lengthOf) {
        this.order = order;
        this.batches = batches;
        this.lengthOf = lengthOf;
        this.samples = new long[batches.batchSize()];
        this.lengths = new int[batches.batchSize()];
        this.epochOrder = order.epoch(0);
    }

    void load(long step) {
        count = batches.size(step);
        long first = batches.firstPosition(step);
        for (int item = 0; item < count; item++) {
            samples[item] = sampleAt(first + item);
            lengths[item] = lengthOf.applyAsInt(samples[item]);
        }
    }

    private long sampleAt(long position) {
        long wanted = position / batches.sampleCount();
        if (wanted != epoch) {
            epoch = wanted;
            epochOrder = order.epoch(wanted);
        }
        return epochOrder.sampleAt(position % batches.sampleCount());
    }

    int count() {
        return count;
    }

    long sample(int item) {
        return samples[item];
    }

    /// The first [#count()] elements are this step's.
    int[] lengths() {
        return lengths;
    }
}
