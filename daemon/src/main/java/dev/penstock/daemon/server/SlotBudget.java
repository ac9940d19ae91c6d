package dev.penstock.daemon.server;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.ResourceExhaustedException;

/// The slot memory of all streams, which is never more than was granted. Threading: any thread.
final class SlotBudget {

    private final long limitBytes;
    private long reservedBytes;

    SlotBudget(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    /// Takes memory out of the budget; fails where it does not hold as much.
    synchronized void reserve(long bytes) {
        if (bytes > limitBytes - reservedBytes) {
            throw new ResourceExhaustedException(FailureMessage.of("reserving slot memory")
                    .with("bytes", bytes)
                    .with("reservedBytes", reservedBytes)
                    .with("budgetBytes", limitBytes)
                    .remedy("attach with fewer \"slots\", detach another job, or serve with a larger --slot-budget"));
        }
        reservedBytes += bytes;
    }

    synchronized void release(long bytes) {
        reservedBytes -= bytes;
    }

    synchronized long reservedBytes() {
        return reservedBytes;
    }

    long limitBytes() {
        return limitBytes;
    }
}
