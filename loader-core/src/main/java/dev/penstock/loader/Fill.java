package dev.penstock.loader;

import dev.penstock.memory.SlotLease;
import dev.penstock.plan.BatchPlan;
import dev.penstock.tier.BlockPins;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// One batch on its way: its plan, its slot, the blocks that were resident, and when it passed each stage.
///
/// Reused from batch to batch. Happens-before: the planner writes everything before it hands the fill to the workers
/// through their queue; workers meet only in [#blocksLeft], whose last decrement makes all of their writes to the slot
/// visible to the one that ends the fill; the consumer sees the end under the lock of [FillQueue].
final class Fill {

    enum Outcome {
        PENDING,
        READY,
        FAILED
    }

    final BatchPlan plan = new BatchPlan();

    /// The plan's blocks, by their index in it: those that were resident when the fill began, until they are copied.
    final BlockPins resident = new BlockPins();

    /// Blocks whose pieces are not yet copied.
    final AtomicInteger blocksLeft = new AtomicInteger();

    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private @Nullable SlotLease slot;

    /// Guarded by the lock of [FillQueue].
    Outcome outcome = Outcome.PENDING;

    /// Payload bytes that came from blocks in RAM when the fill began; written by the one worker that copies those.
    long residentBytes;

    /// Blocks, from the first, that read-ahead has asked for; confined to the planner.
    int blocksRequested;

    long plannedAtNanos;
    long slotAtNanos;
    volatile long lastBlockAtNanos;

    /// Guarded by the lock of [FillQueue].
    long readyAtNanos;

    void reset() {
        slot = null;
        failure.set(null);
        outcome = Outcome.PENDING;
        blocksRequested = 0;
        residentBytes = 0;
    }

    /// Begins filling: the slot is this fill's until it is delivered or released.
    void begin(SlotLease slot, long nowNanos) {
        this.slot = slot;
        this.slotAtNanos = nowNanos;
        this.lastBlockAtNanos = nowNanos;
        this.blocksLeft.set(plan.blockCount());
        resident.begin();
        for (int i = 0; i < plan.blockCount(); i++) {
            resident.add(plan.block(i));
        }
    }

    SlotLease slot() {
        if (slot == null) {
            throw new IllegalStateException("a fill of step " + plan.step() + " has no slot");
        }
        return slot;
    }

    void releaseSlot() {
        if (slot != null) {
            slot.release();
        }
    }

    /// Remembers the first failure; later ones of the same fill are its consequences.
    void fail(Throwable cause) {
        failure.compareAndSet(null, cause);
    }

    @Nullable
    Throwable failure() {
        return failure.get();
    }

    Throwable requireFailure() {
        Throwable cause = failure.get();
        return cause == null ? new IllegalStateException("a failed fill without a failure") : cause;
    }
}
