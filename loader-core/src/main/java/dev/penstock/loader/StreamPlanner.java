package dev.penstock.loader;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.ResourceExhaustedException;
import dev.penstock.memory.SlotArena;
import dev.penstock.memory.SlotLease;
import dev.penstock.plan.AssignerTimeline;
import dev.penstock.plan.BatchPlan;
import dev.penstock.plan.BatchPlanner;
import dev.penstock.tier.BlockLease;
import dev.penstock.tier.BlockWaiter;
import dev.penstock.tier.JobBlocks;
import dev.penstock.tier.StepClock;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The thread that decides what is read next: plans batches, asks for their blocks ahead of time, and begins to fill
/// each one as soon as the slots have room for it.
///
/// Two horizons. A plan is *waiting* until the slot arena has room, which bounds the batches ready for the consumer.
/// Further ahead, blocks of waiting plans are requested in order of the step that first needs them, until the RAM tier
/// refuses one because everything it holds is needed sooner; then read-ahead pauses until the consumer moves on.
/// Neither goes beyond the steps whose assigner is decided.
final class StreamPlanner implements Runnable {

    /// Samples in waiting plans, at most: bounds the planner's memory to a few megabytes.
    private static final int WAITING_SAMPLES = 1 << 16;

    /// Waiting plans, at most: small batches have few samples but a plan's tables all the same.
    private static final int WAITING_BATCHES = 1 << 12;

    private final BatchPlanner planner;
    private final AssignerTimeline assigners;
    private final List<Integer> localRanks;
    private final long endStep;
    private final JobBlocks blocks;
    private final StepClock clock;
    private final SlotArena slots;
    private final FillQueue fills;
    private final DecodePool workers;

    private final ArrayDeque<Fill> waiting = new ArrayDeque<>();
    private final ArrayDeque<Fill> unrequested = new ArrayDeque<>();
    private int waitingSamples;
    private long step;
    private int localRank;

    /// @param endStep first step that is not delivered
    StreamPlanner(
            BatchPlanner planner,
            AssignerTimeline assigners,
            List<Integer> localRanks,
            long startStep,
            long endStep,
            JobBlocks blocks,
            StepClock clock,
            SlotArena slots,
            FillQueue fills,
            DecodePool workers) {
        this.planner = planner;
        this.assigners = assigners;
        this.localRanks = localRanks;
        this.step = startStep;
        this.endStep = endStep;
        this.blocks = blocks;
        this.clock = clock;
        this.slots = slots;
        this.fills = fills;
        this.workers = workers;
    }

    @Override
    public void run() {
        try {
            do {
                beginFills();
                lookAhead();
            } while ((step < endStep || !waiting.isEmpty()) && fills.awaitRoom());
            fills.complete(null);
        } catch (RuntimeException | Error e) {
            fills.complete(e);
        }
    }

    /// Moves plans into the fill queue for as long as there are slots; plans as far as that needs.
    private void beginFills() {
        while (fills.hasRoom()) {
            if (waiting.isEmpty() && !planNext()) {
                return;
            }
            Fill next = waiting.element();
            SlotLease slot = leaseSlot(next.plan);
            if (slot == null) {
                return;
            }
            waiting.remove();
            waitingSamples -= next.plan.sampleCount();
            if (unrequested.peek() == next) {
                unrequested.remove();
            }
            begin(next, slot);
        }
    }

    /// Requests the blocks of waiting plans, planning further ahead, until the RAM tier has no room for one, or there
    /// is room to begin fills again: those come first.
    private void lookAhead() {
        while (requestBlocks() && waitingSamples < WAITING_SAMPLES && waiting.size() < WAITING_BATCHES) {
            if (!planNext() || fills.isRoomSignalled()) {
                return;
            }
        }
    }

    private boolean requestBlocks() {
        for (Fill fill = unrequested.peek(); fill != null; fill = unrequested.peek()) {
            for (; fill.blocksRequested < fill.plan.blockCount(); fill.blocksRequested++) {
                if (!blocks.prefetch(fill.plan.block(fill.blocksRequested), fill.plan.step())) {
                    return false;
                }
            }
            unrequested.remove();
        }
        return true;
    }

    private boolean planNext() {
        if (step >= Math.min(endStep, assigners.decidedEnd())) {
            return false;
        }
        Fill fill = fills.spare();
        planner.plan(step, localRanks.get(localRank), fill.plan);
        fill.plannedAtNanos = System.nanoTime();
        waiting.add(fill);
        unrequested.add(fill);
        waitingSamples += fill.plan.sampleCount();
        if (++localRank == localRanks.size()) {
            localRank = 0;
            step++;
        }
        return true;
    }

    private @Nullable SlotLease leaseSlot(BatchPlan plan) {
        long bytes = plan.layout().totalBytes();
        if (bytes > slots.capacityBytes()) {
            throw new ResourceExhaustedException(FailureMessage.of("leasing a slot")
                    .with("step", plan.step())
                    .with("rank", plan.rank())
                    .with("batchBytes", bytes)
                    .with("slotBytes", slots.capacityBytes())
                    .remedy("raise the slot memory (--slots) or use a smaller --batch"));
        }
        SlotLease slot = slots.tryLease(bytes);
        if (slot != null) {
            return slot;
        }
        fills.wantSlot(bytes);
        return slots.tryLease(bytes);
    }

    private void begin(Fill fill, SlotLease slot) {
        BatchPlan plan = fill.plan;
        // Other ranks of this step may still need what this one does, so the step itself is not past yet.
        clock.progress(plan.step() - 1);
        fill.begin(slot, System.nanoTime());
        SlotTables.write(plan, slot.segment());
        fills.append(fill);
        int residentCount = blocks.pinResident(fill.resident);
        for (int i = 0; residentCount < plan.blockCount() && i < plan.blockCount(); i++) {
            if (fill.resident.segment(i) == null) {
                fetch(fill, i);
            }
        }
        if (residentCount > 0 || plan.blockCount() == 0) {
            workers.copyResident(fill);
        }
    }

    private void fetch(Fill fill, int blockIndex) {
        blocks.lease(fill.plan.block(blockIndex), fill.plan.step(), new BlockWaiter() {
            @Override
            public void ready(BlockLease lease) {
                fill.lastBlockAtNanos = System.nanoTime();
                workers.copyBlock(fill, blockIndex, lease);
            }

            @Override
            public void failed(Throwable cause) {
                workers.blockFailed(fill, cause);
            }
        });
    }
}
