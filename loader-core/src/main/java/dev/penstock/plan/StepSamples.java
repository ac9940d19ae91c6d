package dev.penstock.plan;

import dev.penstock.order.GlobalBatches;
import dev.penstock.order.SampleOrder;
import java.util.function.LongToIntFunction;

/// The samples of one step at a time and their lengths: positions of the order, cut by [GlobalBatches] and traded
/// between steps by a [StepRegrouping].
///
/// A pure function of its constructor's arguments and the step. Confined to one thread; [#load] overwrites what the
/// step before left.
public final class StepSamples {

    private final GlobalBatches batches;
    private final StepRegrouping regrouping;
    private final OrderLine line;
    private final LongToIntFunction lengthOf;
    private final StepWindows windows;
    private long[] samples = new long[64];
    private int[] lengths = new int[64];
    private int[] positions = new int[0];
    private int count;
    private long firstPosition;
    private boolean traded;

    /// @param ranks that share each step
    /// @param lengthOf length of a sample in cost units by its dataset-wide number
    public StepSamples(
            SampleOrder order,
            GlobalBatches batches,
            StepRegrouping regrouping,
            int ranks,
            LongToIntFunction lengthOf) {
        this.batches = batches;
        this.regrouping = regrouping;
        this.line = new OrderLine(order);
        this.lengthOf = lengthOf;
        this.windows = new StepWindows(order, batches, regrouping, ranks, lengthOf);
    }

    /// Whether the step trades samples with one before it, so that what it delivers depends on what those did.
    public static boolean isWithinWindow(GlobalBatches batches, StepRegrouping regrouping, long step) {
        return step < batches.stepCount()
                && StepWindows.rangeOf(batches, regrouping, step).first() < step;
    }

    /// Finds the samples of a step, in order of position.
    public void load(long step) {
        StepWindows.Range range = StepWindows.rangeOf(batches, regrouping, step);
        firstPosition = batches.firstPosition(range.first());
        traded = range.steps() > 1;
        if (traded) {
            int inWindow = windows.sampleCount(range);
            if (positions.length < inWindow) {
                positions = new int[inWindow];
            }
            count = windows.positionsOf(step, range, positions);
        } else {
            count = batches.size(step);
        }
        if (samples.length < count) {
            samples = new long[count];
            lengths = new int[count];
        }
        for (int item = 0; item < count; item++) {
            samples[item] = line.sampleAt(position(item));
            lengths[item] = lengthOf.applyAsInt(samples[item]);
        }
    }

    /// Place of an item in the endless line of samples.
    public long position(int item) {
        return firstPosition + (traded ? positions[item] : item);
    }

    public int count() {
        return count;
    }

    /// Dataset-wide number of an item.
    public long sample(int item) {
        return samples[item];
    }

    /// The first [#count()] elements are this step's.
    public int[] lengths() {
        return lengths;
    }
}
