package dev.penstock.daemon.server;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.ResourceExhaustedException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// The slot memory of all streams, which is never more than was granted. Threading: any thread.
final class SlotBudget {

    /// A run that begins right after another one ended may be seen before the end is.
    private static final long LEAVING_NANOS = Duration.ofSeconds(1).toNanos();

    private final long limitBytes;
    private long reservedBytes;

    SlotBudget(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    /// Takes memory out of the budget; fails where it does not hold as much, nor will when those who are leaving have
    /// left.
    synchronized void reserve(long bytes) {
        if (bytes <= limitBytes) {
            awaitRoom(bytes);
        }
        if (bytes > limitBytes - reservedBytes) {
            throw new ResourceExhaustedException(FailureMessage.of("reserving slot memory")
                    .with("bytes", bytes)
                    .with("reservedBytes", reservedBytes)
                    .with("budgetBytes", limitBytes)
                    .remedy("attach with fewer \"slots\", detach another job, or serve with a larger --slot-budget"));
        }
        reservedBytes += bytes;
    }

    private synchronized void awaitRoom(long bytes) {
        long deadline = System.nanoTime() + LEAVING_NANOS;
        try {
            while (bytes > limitBytes - reservedBytes) {
                long leftMillis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (leftMillis <= 0) {
                    return;
                }
                wait(leftMillis);
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    synchronized void release(long bytes) {
        reservedBytes -= bytes;
        notifyAll();
    }

    synchronized long reservedBytes() {
        return reservedBytes;
    }

    long limitBytes() {
        return limitBytes;
    }
}
