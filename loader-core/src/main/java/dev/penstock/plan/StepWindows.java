package dev.penstock.plan;

import dev.penstock.order.GlobalBatches;
import dev.penstock.order.SampleOrder;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.function.LongToIntFunction;

/// The windows of a run: which steps trade samples, and which samples each step has afterwards.
///
/// A window holds whole steps of one epoch. The steps of an epoch are cut into as few windows as
/// [StepRegrouping#windowSteps()] allows, of equal length but for one step, so that none is a mere rest. A step that
/// spans two epochs is a window of its own, and every epoch keeps its samples. Where the run ends plays no part, be it
/// by a number of steps or of epochs: the short step that a run may end with is a window of its own too, and every
/// other step holds what it holds in a longer run. So a longer run continues a shorter one.
///
/// Working out a window takes the lengths of its samples; windows are remembered within a budget. Confined to one
/// thread.
final class StepWindows {

    /// 16 MiB of heap; a window that was forgotten is worked out again.
    private static final long REMEMBERED_NUMBERS = 1 << 22;

    private final GlobalBatches batches;
    private final StepRegrouping regrouping;
    private final int ranks;
    private final OrderLine line;
    private final LongToIntFunction lengthOf;
    private final LinkedHashMap<Long, StepWindow> known = new LinkedHashMap<>(16, 0.75f, true);
    private long knownNumbers;
    private int[] lengths = new int[0];

    /// @param lengthOf length of a sample by its dataset-wide number
    StepWindows(
            SampleOrder order,
            GlobalBatches batches,
            StepRegrouping regrouping,
            int ranks,
            LongToIntFunction lengthOf) {
        this.batches = batches;
        this.regrouping = regrouping;
        this.ranks = ranks;
        this.line = new OrderLine(order);
        this.lengthOf = lengthOf;
    }

    /// Steps `[first, end)` of a run that trade samples among each other.
    record Range(long first, long end) {

        int steps() {
            return Math.toIntExact(end - first);
        }
    }

    /// The window that a step belongs to.
    static Range rangeOf(GlobalBatches batches, StepRegrouping regrouping, long step) {
        long epoch = batches.epochOf(step);
        long first = batches.firstWholeStep(epoch);
        long steps = batches.endOfWholeSteps(epoch) - first;
        if (regrouping.windowSteps() == 1 || step < first || step >= first + steps) {
            return new Range(step, step + 1);
        }
        long windows = Math.ceilDiv(steps, (long) regrouping.windowSteps());
        long window = ((step - first + 1) * windows - 1) / steps;
        return new Range(first + window * steps / windows, first + (window + 1) * steps / windows);
    }

    /// Lists the positions of a step, as distances from the first position of its window, ascending.
    ///
    /// @param into long enough for every sample of the window
    /// @return how many there are
    int positionsOf(long step, Range range, int[] into) {
        return window(range).samplesOf((int) (step - range.first()), into);
    }

    /// Samples of a window.
    int sampleCount(Range range) {
        long last = range.end() - 1;
        return Math.toIntExact(batches.firstPosition(last) + batches.size(last) - batches.firstPosition(range.first()));
    }

    /// The step that delivers a position, or [GlobalBatches#NEVER].
    long stepOf(long position) {
        long step = batches.stepOf(position);
        if (step == GlobalBatches.NEVER || regrouping.windowSteps() == 1) {
            return step;
        }
        Range range = rangeOf(batches, regrouping, step);
        return range.steps() == 1
                ? step
                : range.first() + window(range).stepOf((int) (position - batches.firstPosition(range.first())));
    }

    private StepWindow window(Range range) {
        StepWindow window = known.get(range.first());
        if (window == null) {
            window = regroup(range);
            known.put(range.first(), window);
            knownNumbers += window.weight();
            forgetEldest();
        }
        return window;
    }

    private void forgetEldest() {
        Iterator<StepWindow> eldestFirst = known.values().iterator();
        while (knownNumbers > REMEMBERED_NUMBERS && known.size() > 1) {
            knownNumbers -= eldestFirst.next().weight();
            eldestFirst.remove();
        }
    }

    private StepWindow regroup(Range range) {
        int count = sampleCount(range);
        if (lengths.length < count) {
            lengths = new int[count];
        }
        long position = batches.firstPosition(range.first());
        for (int sample = 0; sample < count; sample++) {
            lengths[sample] = lengthOf.applyAsInt(line.sampleAt(position + sample));
        }
        int[] stepEnds = new int[range.steps()];
        int end = 0;
        for (int step = 0; step < stepEnds.length; step++) {
            end += batches.size(range.first() + step);
            stepEnds[step] = end;
        }
        return regrouping.regroup(lengths, stepEnds, ranks);
    }
}
