package dev.penstock.loader;

import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The fills of a stream in the order of delivery: the planner appends, workers end them in any order, the consumer
/// takes the first once it is ready.
///
/// Every method may be called from any thread; [#append] by one thread at a time.
final class FillQueue {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition headChanged = lock.newCondition();
    private final Condition roomChanged = lock.newCondition();
    private final ArrayDeque<Fill> fills = new ArrayDeque<>();
    private final ArrayDeque<Fill> spares = new ArrayDeque<>();
    private boolean complete;
    private boolean closed;
    private @Nullable Throwable failure;
    private boolean roomSignalled;

    /// A fill that is free for a new plan.
    Fill spare() {
        lock.lock();
        try {
            Fill spare = spares.poll();
            return spare == null ? new Fill() : spare;
        } finally {
            lock.unlock();
        }
    }

    void recycle(Fill fill) {
        fill.reset();
        lock.lock();
        try {
            spares.push(fill);
        } finally {
            lock.unlock();
        }
    }

    int size() {
        lock.lock();
        try {
            return fills.size();
        } finally {
            lock.unlock();
        }
    }

    void append(Fill fill) {
        lock.lock();
        try {
            fills.add(fill);
        } finally {
            lock.unlock();
        }
    }

    /// Marks a fill ready, or failed where it recorded a failure.
    void end(Fill fill, long nowNanos) {
        lock.lock();
        try {
            fill.readyAtNanos = nowNanos;
            fill.outcome = fill.failure() == null ? Fill.Outcome.READY : Fill.Outcome.FAILED;
            if (fills.peek() == fill) {
                headChanged.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Says that no fill will follow, because of the end of the run or of a failure.
    void complete(@Nullable Throwable failure) {
        lock.lock();
        try {
            this.complete = true;
            this.failure = failure;
            headChanged.signal();
        } finally {
            lock.unlock();
        }
    }

    /// Removes the first fill when it is ready, waiting for that; null at the end of the run.
    ///
    /// Throws the failure of the fill whose turn it is. The caller recycles the fill.
    @Nullable
    Fill take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                if (closed) {
                    throw new IllegalStateException("the stream of batches is closed");
                }
                Fill head = fills.peek();
                if (head == null && complete) {
                    if (failure != null) {
                        throw Failures.unchecked(failure);
                    }
                    return null;
                }
                if (head != null && head.outcome == Fill.Outcome.FAILED) {
                    throw Failures.unchecked(head.requireFailure());
                }
                if (head != null && head.outcome == Fill.Outcome.READY) {
                    fills.remove();
                    signalRoom();
                    return head;
                }
                headChanged.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Says that the planner may find what it was refused before: a slot, a place in the queue, a frame.
    void signalRoom() {
        lock.lock();
        try {
            roomSignalled = true;
            roomChanged.signal();
        } finally {
            lock.unlock();
        }
    }

    /// Waits for a [#signalRoom()] since the last return; false when the queue was closed.
    boolean awaitRoom() {
        lock.lock();
        try {
            while (!roomSignalled && !closed) {
                roomChanged.awaitUninterruptibly();
            }
            roomSignalled = false;
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /// Wakes everyone; later takes fail.
    void close() {
        lock.lock();
        try {
            closed = true;
            headChanged.signalAll();
            roomChanged.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Gives back the slots of fills that nobody took; the workers have stopped.
    void releaseSlots() {
        lock.lock();
        try {
            for (Fill fill : fills) {
                fill.releaseSlot();
            }
            fills.clear();
        } finally {
            lock.unlock();
        }
    }
}
