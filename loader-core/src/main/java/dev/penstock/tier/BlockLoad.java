package dev.penstock.tier;

import java.util.ArrayList;
import java.util.List;

/// One load of one block that any number of leases wait for; confined to its tier's lock.
final class BlockLoad implements Comparable<BlockLoad> {

    final int block;
    final List<BlockWaiter> waiters = new ArrayList<>(2);

    /// The step of the most urgent waiter; written under the lock, read by the source without it.
    volatile long deadlineStep;

    /// The frame being filled; negative while the load waits for one.
    int frame = -1;

    private final long sequence;

    /// @param sequence place among loads of equal deadline
    BlockLoad(int block, long deadlineStep, long sequence) {
        this.block = block;
        this.deadlineStep = deadlineStep;
        this.sequence = sequence;
    }

    /// Earliest deadline first, then first come, first served.
    @Override
    public int compareTo(BlockLoad other) {
        int byDeadline = Long.compare(deadlineStep, other.deadlineStep);
        return byDeadline != 0 ? byDeadline : Long.compare(sequence, other.sequence);
    }
}
