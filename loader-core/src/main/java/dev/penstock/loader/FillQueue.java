package dev.penstock.loader;

import dev.penstock.tier.BlockPlace;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// The fills of a stream in the order of delivery: the planner appends, workers end them in any order, the consumer
/// takes the first once it is ready.
///
/// Every method may be called from any thread; [#append] by one thread at a time.
final class FillQueue {

    /// Fills in the queue, at most; more would only deepen the workers' queue.
    private static final int CAPACITY = 64;

    /// The planner is woken when this many are left: in bursts, because a wake-up costs as much as a plan.
    private static final int REFILL_SIZE = 48;

    /// The same where the slots are used up before the queue is: the planner sleeps until this part of it was taken.
    /// A queue that is shorter is refilled at once.
    private static final int SLOT_REFILL_PART = 8;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition headChanged = lock.newCondition();
    private final Condition roomChanged = lock.newCondition();
    private final ArrayDeque<Fill> fills = new ArrayDeque<>();
    private final ArrayDeque<Fill> spares = new ArrayDeque<>();
    private boolean complete;
    private boolean closed;
    private @Nullable Throwable failure;
    private boolean roomSignalled;
    private volatile boolean slotWanted;

    /// Whether a slot was given back since one was wanted, and the planner not woken for it.
    private boolean slotFreed;

    /// With how many fills left the planner is woken for a slot.
    private int slotRefillSize;
    private long slotWantedBytes;

    private final Runnable onReady;
    private final Runnable onStarved;
    private boolean starvationTold;

    /// @param onReady called outside the lock, by whoever ended the fill whose turn it is, or found that none will
    ///     come: a consumer that does not wait looks with [#poll()]
    /// @param onStarved called by the consumer, outside the lock, when nothing is on its way to it because no slot can
    ///     be had; once for each time the planner found none
    FillQueue(Runnable onReady, Runnable onStarved) {
        this.onReady = onReady;
        this.onStarved = onStarved;
    }

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

    /// Whether one more fill may be appended; [#awaitRoom()] waits until it is worth asking again.
    boolean hasRoom() {
        lock.lock();
        try {
            return fills.size() < CAPACITY;
        } finally {
            lock.unlock();
        }
    }

    void append(Fill fill) {
        lock.lock();
        try {
            fills.add(fill);
            slotWanted = false;
        } finally {
            lock.unlock();
        }
    }

    /// Marks a fill ready, or failed where it recorded a failure.
    void end(Fill fill) {
        long nowNanos = System.nanoTime();
        boolean first;
        lock.lock();
        try {
            fill.readyAtNanos = nowNanos;
            fill.outcome = fill.failure() == null ? Fill.Outcome.READY : Fill.Outcome.FAILED;
            first = fills.peek() == fill;
            if (first) {
                headChanged.signal();
            }
        } finally {
            lock.unlock();
        }
        if (first) {
            onReady.run();
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
        onReady.run();
    }

    /// Removes the first fill when it is ready, waiting for that; null at the end of the run.
    ///
    /// Throws the failure of the fill whose turn it is. The caller recycles the fill.
    @Nullable
    Fill take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                Fill ready = removeReady();
                if (ready != null || isEnded()) {
                    return ready;
                }
                headChanged.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Removes the first fill where it is ready; null where it is not, or at the end of the run. Throws as [#take()].
    @Nullable
    Fill poll() {
        lock.lock();
        try {
            return removeReady();
        } finally {
            lock.unlock();
        }
    }

    /// Whether every fill of a run was taken that ends as planned.
    boolean isEnded() {
        lock.lock();
        try {
            return complete && failure == null && fills.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Fill removeReady() {
        while (true) {
            if (closed) {
                throw new IllegalStateException("the stream of batches is closed");
            }
            Fill head = fills.peek();
            if (head == null) {
                if (complete && failure != null) {
                    throw Failures.unchecked(failure);
                }
                if (complete || !slotWanted || starvationTold) {
                    return null;
                }
                tellStarvation();
                continue;
            }
            if (head.outcome == Fill.Outcome.FAILED) {
                throw Failures.unchecked(head.requireFailure());
            }
            if (head.outcome != Fill.Outcome.READY) {
                return null;
            }
            fills.remove();
            if (fills.size() == REFILL_SIZE) {
                signalRoom();
            }
            refillFreedSlots();
            return head;
        }
    }

    private void tellStarvation() {
        starvationTold = true;
        lock.unlock();
        try {
            onStarved.run();
        } finally {
            lock.lock();
        }
    }

    /// Says that the planner waits for a slot; it asks for one once more afterwards, so that no release goes unnoticed.
    void wantSlot(long bytes) {
        boolean starved;
        lock.lock();
        try {
            slotWanted = true;
            slotFreed = false;
            slotRefillSize = fills.size() - fills.size() / SLOT_REFILL_PART;
            slotWantedBytes = bytes;
            starvationTold = false;
            starved = fills.isEmpty();
            if (starved) {
                headChanged.signal();
            }
        } finally {
            lock.unlock();
        }
        if (starved) {
            onReady.run();
        }
    }

    /// Bytes of the slot without which nothing is on its way to the consumer; empty while something is.
    OptionalLong starvedBytes() {
        lock.lock();
        try {
            return fills.isEmpty() && slotWanted ? OptionalLong.of(slotWantedBytes) : OptionalLong.empty();
        } finally {
            lock.unlock();
        }
    }

    /// Wakes the planner when it waits for a slot and the queue is worth filling.
    void slotReleased() {
        if (slotWanted) {
            lock.lock();
            try {
                slotFreed = true;
                refillFreedSlots();
            } finally {
                lock.unlock();
            }
        }
    }

    private void refillFreedSlots() {
        if (slotWanted && slotFreed && fills.size() <= slotRefillSize) {
            slotWanted = false;
            signalRoom();
        }
    }

    /// Wakes the planner: steps that it could not plan before may be planned now.
    void stepsDecided() {
        signalRoom();
    }

    private void signalRoom() {
        lock.lock();
        try {
            roomSignalled = true;
            roomChanged.signal();
        } finally {
            lock.unlock();
        }
    }

    /// Whether [#awaitRoom()] would return at once.
    boolean isRoomSignalled() {
        lock.lock();
        try {
            return roomSignalled || closed;
        } finally {
            lock.unlock();
        }
    }

    /// Waits until there may be a place in the queue, a slot or a decided step that there was not before; false when
    /// the queue was closed.
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

    /// What the fill that is taken next waits for; empty when it is ready, and when none follows.
    ///
    /// @param places where a block is; asked outside the lock
    Optional<Holdup> holdup(IntFunction<BlockPlace> places) {
        int[] blocks;
        lock.lock();
        try {
            Fill head = fills.peek();
            if (closed || (head == null ? complete : head.outcome != Fill.Outcome.PENDING)) {
                return Optional.empty();
            }
            if (head == null) {
                return Optional.of(slotWanted ? Holdup.SLOT : Holdup.PLAN);
            }
            blocks = new int[head.plan.blockCount()];
            Arrays.setAll(blocks, head.plan::block);
        } finally {
            lock.unlock();
        }
        return Optional.of(holdup(blocks, places));
    }

    /// The fill waits for its last block, which is the one with the longest way to go.
    private static Holdup holdup(int[] blocks, IntFunction<BlockPlace> places) {
        BlockPlace furthest = BlockPlace.ARRIVED;
        for (int block : blocks) {
            BlockPlace place = places.apply(block);
            furthest = place.compareTo(furthest) < 0 ? place : furthest;
        }
        return switch (furthest) {
            case QUEUED -> Holdup.RAM;
            case AT_ORIGIN -> Holdup.ORIGIN;
            case ON_DISK -> Holdup.DISK;
            case ARRIVED -> Holdup.DECODE;
        };
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
