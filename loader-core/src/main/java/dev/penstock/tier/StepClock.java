package dev.penstock.tier;

import java.util.function.LongSupplier;

/// The position of a job and its pace: the last step whose blocks it has finished with, and how long a step takes.
///
/// One per job, shared by the tiers that serve it; tiers ask for next uses after [#step()]. Threading: any thread.
public final class StepClock {

    /// Weight of the newest step in the pace: a change of speed is believed after about eight steps.
    private static final double NEWEST_WEIGHT = 0.125;

    private final LongSupplier nanoTime;
    private volatile long step;
    private volatile double stepNanos;
    private volatile long progressedAtNanos;

    /// Whether a step has ended: the first one begins with the job's start-up and says nothing of its pace.
    private boolean running;

    /// @param firstStep the first step the job will read, so that blocks needed by it count as needed
    public StepClock(long firstStep) {
        this(firstStep, System::nanoTime);
    }

    StepClock(long firstStep, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.step = firstStep - 1;
        this.progressedAtNanos = nanoTime.getAsLong();
    }

    /// Tells that the job needs no block for `step` or any step before it; a step earlier than told before is ignored.
    public synchronized void progress(long step) {
        long steps = step - this.step;
        if (steps <= 0) {
            return;
        }
        long now = nanoTime.getAsLong();
        if (running) {
            double newest = (double) (now - progressedAtNanos) / steps;
            stepNanos = stepNanos == 0 ? newest : stepNanos + NEWEST_WEIGHT * (newest - stepNanos);
        }
        running = true;
        progressedAtNanos = now;
        this.step = step;
    }

    /// The last finished step.
    public long step() {
        return step;
    }

    /// Time a step takes, averaged over the latest ones; 0 before the second has ended.
    public double stepNanos() {
        return stepNanos;
    }

    /// Time until the job begins `step`, at its present pace; 0 when it has begun.
    public long nanosUntil(long step) {
        return Math.round(Math.max(0, step - 1 - this.step) * stepNanos);
    }

    /// The instant at which the job begins `step`, at its present pace; to be compared with those of other jobs.
    long dueNanos(long step) {
        return nanoTime.getAsLong() + nanosUntil(step);
    }

    /// What is left of the step that the job is in, when it takes as long as those before; 0 when it has taken longer.
    double remainingStepNanos() {
        return Math.max(0, stepNanos - (nanoTime.getAsLong() - progressedAtNanos));
    }

    /// Whether the last step of this job ended before that of another.
    boolean progressedBefore(StepClock other) {
        return progressedAtNanos - other.progressedAtNanos < 0;
    }
}
