package dev.penstock.tier;

import java.util.concurrent.atomic.AtomicLong;

/// The position of a job, as the last step whose blocks it has finished with.
///
/// One per job, shared by the tiers that serve it; tiers ask for next uses after [#step()]. Threading: any thread.
public final class StepClock {

    private final AtomicLong step;

    /// @param firstStep the first step the job will read, so that blocks needed by it count as needed
    public StepClock(long firstStep) {
        this.step = new AtomicLong(firstStep - 1);
    }

    /// Tells that the job needs no block for `step` or any step before it; a step earlier than told before is ignored.
    public void progress(long step) {
        this.step.accumulateAndGet(step, Math::max);
    }

    /// The last finished step.
    public long step() {
        return step.get();
    }
}
