package dev.penstock.tier;

import org.jspecify.annotations.Nullable;

/// One job's need of a block that is on its way into RAM.
///
/// Within a job the earliest step comes first, then who came first.
///
/// @param waiter who is told; null when the block is fetched ahead of need
/// @param dueNanos when the job will begin the step, as predicted when the need arose; it is not moved, so that a job
///     that is kept waiting becomes the most urgent one
/// @param sequence place among all needs
record Need(
        JobBlocks job, BlockLoad load, long step, @Nullable BlockWaiter waiter, long dueNanos, long sequence)
        implements Comparable<Need> {

    @Override
    public int compareTo(Need other) {
        int byStep = Long.compare(step, other.step);
        return byStep != 0 ? byStep : Long.compare(sequence, other.sequence);
    }

    /// Whether this need is served before one of another job.
    boolean isMoreUrgentThan(Need other) {
        long later = other.dueNanos - dueNanos;
        return later != 0 ? later > 0 : sequence < other.sequence;
    }

    long remainingNanos() {
        return job.clock().nanosUntil(step);
    }
}
