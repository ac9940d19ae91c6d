package dev.penstock.tier;

import java.util.Arrays;

/// When one job next needs the blocks in one tier's frames; confined to the tier's lock.
///
/// The order is asked only where the clock has passed the last answer, so that looking through all frames is a walk
/// over an array.
final class NextUses {

    /// The answer of an order that was not asked yet: before every clock.
    private static final long UNKNOWN = Long.MIN_VALUE;

    private final NextUse order;
    private final StepClock clock;
    private long[] stepOfFrame = {};

    private long now;
    private double stepTime = 1;
    private double restOfStep;

    NextUses(NextUse order, StepClock clock, int frameCount) {
        this.order = order;
        this.clock = clock;
        this.now = clock.step();
        reach(frameCount);
    }

    /// Says that the tier has come to have so many frames.
    void reach(int frameCount) {
        int known = stepOfFrame.length;
        stepOfFrame = Arrays.copyOf(stepOfFrame, frameCount);
        Arrays.fill(stepOfFrame, known, frameCount, UNKNOWN);
    }

    NextUse order() {
        return order;
    }

    StepClock clock() {
        return clock;
    }

    /// Looks at the clock; answers hold as of now until it is looked at again.
    ///
    /// @param stepTime what a step of this job weighs against those of other jobs
    /// @param restOfStep what is left of the present one
    void lookAtClock(double stepTime, double restOfStep) {
        this.now = clock.step();
        this.stepTime = stepTime;
        this.restOfStep = restOfStep;
    }

    /// Time until the job needs the block in a frame; infinite when it never does.
    double timeUntil(int frame, int block) {
        if (stepOfFrame[frame] <= now) {
            stepOfFrame[frame] = order.nextUse(block, now);
        }
        return timeUntilStep(stepOfFrame[frame]);
    }

    /// Time until the job needs a block that lies in no frame.
    double timeUntil(int block) {
        return timeUntilStep(order.nextUse(block, now));
    }

    /// Time until a step after the clock begins; infinite for [NextUse#NEVER].
    double timeUntilStep(long step) {
        return step == NextUse.NEVER ? Double.POSITIVE_INFINITY : (step - now - 2) * stepTime + restOfStep;
    }

    /// Says that the block in a frame is not needed before `step`: believed while that lies after the clock.
    void defer(int frame, long step) {
        stepOfFrame[frame] = step;
    }

    /// Says that a frame has another block.
    void forget(int frame) {
        stepOfFrame[frame] = UNKNOWN;
    }

    /// The step after the next one that needs a block: of what is about to be used.
    long useAfterNext(int block) {
        long use = order.nextUse(block, clock.step());
        return use == NextUse.NEVER ? NextUse.NEVER : order.nextUse(block, use);
    }
}
