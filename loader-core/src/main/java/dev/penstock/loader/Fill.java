package dev.penstock.loader;

import dev.penstock.memory.SlotLease;
import dev.penstock.plan.BatchPlan;
import dev.penstock.tier.BlockLease;
import java.util.Arrays;
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

    /// Blocks whose pieces are not yet copied.
    final AtomicInteger blocksLeft = new AtomicInteger();

    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private @Nullable BlockLease[] resident = new @Nullable BlockLease[16];
    private @Nullable SlotLease slot;

    /// Guarded by the lock of [FillQueue].
    Outcome outcome = Outcome.PENDING;

    /// Blocks, from the first, that read-ahead has asked for; confined to the planner.
    int blocksRequested;

    long plannedAtNanos;
    long slotAtNanos;
    volatile long lastBlockAtNanos;
    long readyAtNanos;

    void reset() {
        slot = null;
        failure.set(null);
        outcome = Outcome.PENDING;
        blocksRequested = 0;
    }

    /// Begins filling: the slot is this fill's until it is delivered or released.
    void begin(SlotLease slot, long nowNanos) {
        this.slot = slot;
        this.slotAtNanos = nowNanos;
        this.lastBlockAtNanos = nowNanos;
        this.blocksLeft.set(plan.blockCount());
        if (resident.length < plan.blockCount()) {
            resident = new @Nullable BlockLease[plan.blockCount() * 2];
        }
        Arrays.fill(resident, 0, plan.blockCount(), null);
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

    /// Keeps the lease of a block that was resident when the fill began.
    void resident(int blockIndex, BlockLease lease) {
        resident[blockIndex] = lease;
    }

    boolean isResident(int blockIndex) {
        return resident[blockIndex] != null;
    }

    /// Hands over the lease of a resident block; null where the block was not resident.
    @Nullable
    BlockLease takeResident(int blockIndex) {
        BlockLease lease = resident[blockIndex];
        resident[blockIndex] = null;
        return lease;
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
