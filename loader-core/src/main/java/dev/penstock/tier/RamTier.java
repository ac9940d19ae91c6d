package dev.penstock.tier;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.memory.PageLockedMemory;
import dev.penstock.memory.PageLocking;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// Blocks in RAM: frames of one block each in one mapping outside the heap, whose size is a hard limit.
///
/// A lease pins its block, and only unpinned blocks are ever dropped, so a block in use cannot be evicted. Requests
/// for one block at one time share one load. When no frame is free, the unpinned block with the furthest next use
/// goes; when there is none, the load waits, earliest step first. A caller that waits while it holds leases must
/// therefore hold fewer than [#frameCount()], or nobody will ever release.
///
/// Ownership: the creator closes; the source is not closed. After [#close()] segments of leases throw
/// [IllegalStateException]. Threading: any thread; nothing but [#close()] blocks. Errors of the source go to every
/// waiter of the load, and the next lease tries again.
public final class RamTier implements AutoCloseable {

    /// One block to read from while another is loaded.
    private static final int FEWEST_FRAMES = 2;

    private final BlockMap map;
    private final BlockSource source;
    private final StepClock clock;
    private final TierMeter meter;
    private final PageLockedMemory memory;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();
    private final FrameTable table;

    /// What each frame holds, cut to the block's length and read-only.
    private final MemorySegment[] contents;

    private final Map<Integer, BlockLoad> loads = new HashMap<>();
    private final PriorityQueue<BlockLoad> withoutFrame = new PriorityQueue<>();
    private long loadSequence;
    private int inFlight;
    private boolean closed;

    /// Counts calls of [#startLoads()] not yet honoured; whoever raises it from 0 works for all of them.
    private final AtomicInteger startsWanted = new AtomicInteger();

    /// @param budgetBytes the most memory the blocks may take; at least two blocks
    public RamTier(
            BlockMap map, BlockSource source, NextUse nextUse, StepClock clock, long budgetBytes, TierMeter meter) {
        long frames = Math.min(budgetBytes / map.blockBytes(), Integer.MAX_VALUE);
        if (frames < FEWEST_FRAMES) {
            throw new ConfigurationException(FailureMessage.of("opening the RAM tier")
                    .with("budgetBytes", budgetBytes)
                    .with("blockBytes", map.blockBytes())
                    .with("fewestBlocks", FEWEST_FRAMES)
                    .remedy("give it more memory, or use smaller blocks"));
        }
        this.map = map;
        this.source = source;
        this.clock = clock;
        this.meter = meter;
        // More frames than there are blocks would only lie idle.
        int frameCount = (int) Math.min(frames, Math.max(FEWEST_FRAMES, map.blockCount()));
        this.memory = PageLockedMemory.allocate((long) frameCount * map.blockBytes(), PageLocking.OFF);
        this.table = new FrameTable(frameCount, map.blockCount(), nextUse, clock);
        this.contents = new MemorySegment[frameCount];
        for (int frame = 0; frame < frameCount; frame++) {
            table.free(frame);
            contents[frame] = frame(frame, map.blockBytes());
        }
    }

    private MemorySegment frame(int frame, int bytes) {
        return memory.segment().asSlice((long) frame * map.blockBytes(), bytes);
    }

    /// Pins those of the blocks that are resident and returns how many they are.
    public int pinResident(BlockPins pins) {
        lock.lock();
        try {
            int resident = 0;
            for (int i = 0; i < pins.count() && !closed; i++) {
                int frame = table.find(pins.block(i));
                if (frame >= 0) {
                    table.pin(frame);
                    pins.pinned(i, frame, contents[frame]);
                    resident++;
                }
            }
            if (resident > 0) {
                pins.pinnedIn(this);
                meter.ramHits.add(resident);
            }
            return resident;
        } finally {
            lock.unlock();
        }
    }

    private BlockLease pinned(int frame, int block) {
        table.pin(frame);
        return new BlockLease(this, frame, block, contents[frame]);
    }

    /// Leases a block, loading it where it is not resident; the waiter is called before this returns when it is.
    ///
    /// @param step when the block is needed; among loads that wait for a frame the earliest goes first
    public void lease(int block, long step, BlockWaiter waiter) {
        BlockLease lease = null;
        boolean refused = false;
        lock.lock();
        try {
            int frame = table.find(block);
            if (closed) {
                refused = true;
            } else if (frame >= 0) {
                meter.ramHits.increment();
                lease = pinned(frame, block);
            } else {
                meter.ramMisses.increment();
                join(block, step, waiter);
            }
        } finally {
            lock.unlock();
        }
        if (refused) {
            waiter.failed(closedFailure());
        } else if (lease != null) {
            waiter.ready(lease);
        } else {
            startLoads();
        }
    }

    private void join(int block, long step, BlockWaiter waiter) {
        BlockLoad load = loads.get(block);
        if (load == null) {
            load = new BlockLoad(block, step, loadSequence++);
            loads.put(block, load);
            withoutFrame.add(load);
        } else if (step < load.deadlineStep) {
            boolean waits = withoutFrame.remove(load);
            load.deadlineStep = step;
            if (waits) {
                withoutFrame.add(load);
            }
        }
        load.waiters.add(waiter);
    }

    /// Begins to load a block that no one waits for yet; false when it would take room from a block needed sooner.
    ///
    /// A block is never dropped for one that is needed later than itself (Cao, Felten, Karlin and Li, 1995), nor
    /// while a lease waits for room; so reading ahead stops by itself, and `false` means: try when the clock has
    /// moved on. True when the block is resident or on its way.
    ///
    /// @param step when the block is needed
    public boolean prefetch(int block, long step) {
        BlockLoad load;
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            if (table.find(block) >= 0 || loads.containsKey(block)) {
                return true;
            }
            if (!withoutFrame.isEmpty()) {
                return false;
            }
            int frame = takeFrame(step);
            if (frame < 0) {
                return false;
            }
            meter.ramPrefetches.increment();
            load = new BlockLoad(block, step, loadSequence++);
            loads.put(block, load);
            load.frame = frame;
            inFlight++;
        } finally {
            lock.unlock();
        }
        begin(load);
        return true;
    }

    /// Takes a frame that is free or whose block is needed after `step`; negative when there is none.
    private int takeFrame(long step) {
        int frame = table.take();
        if (frame >= 0) {
            return frame;
        }
        int victim = table.furthest();
        if (victim < 0 || table.nextUseOf(victim) <= step) {
            return -1;
        }
        meter.ramEvictions.increment();
        table.drop(victim);
        return victim;
    }

    /// Begins the loads for which there is room.
    ///
    /// One thread at a time works, and calls made meanwhile only add to its work: a source that completes inside
    /// `subscribe` then costs a turn of the loop, not a level of the stack.
    private void startLoads() {
        if (startsWanted.getAndIncrement() != 0) {
            return;
        }
        int honoured = 1;
        do {
            for (BlockLoad load = nextWithRoom(); load != null; load = nextWithRoom()) {
                begin(load);
            }
            honoured = startsWanted.addAndGet(-honoured);
        } while (honoured != 0);
    }

    private @Nullable BlockLoad nextWithRoom() {
        lock.lock();
        try {
            if (closed || withoutFrame.isEmpty()) {
                return null;
            }
            int frame = takeFrame(Long.MIN_VALUE);
            if (frame < 0) {
                return null;
            }
            BlockLoad load = withoutFrame.remove();
            load.frame = frame;
            inFlight++;
            return load;
        } finally {
            lock.unlock();
        }
    }

    private void begin(BlockLoad load) {
        MemorySegment destination = frame(load.frame, map.lengthBytes(load.block));
        Mono.defer(() -> source.read(load.block, () -> clock.nanosUntil(load.deadlineStep), destination))
                .subscribe(ignored -> {}, failure -> failed(load, failure), () -> loaded(load, destination));
    }

    private void loaded(BlockLoad load, MemorySegment destination) {
        List<BlockLease> leases = new ArrayList<>(load.waiters.size());
        boolean refused;
        lock.lock();
        try {
            loads.remove(load.block);
            contents[load.frame] = destination.asReadOnly();
            table.put(load.frame, load.block);
            refused = closed;
            for (int i = 0; i < load.waiters.size() && !refused; i++) {
                leases.add(pinned(load.frame, load.block));
            }
            ended();
        } finally {
            lock.unlock();
        }
        if (refused) {
            load.waiters.forEach(waiter -> waiter.failed(closedFailure()));
            return;
        }
        for (int i = 0; i < leases.size(); i++) {
            load.waiters.get(i).ready(leases.get(i));
        }
        startLoads();
    }

    private void failed(BlockLoad load, Throwable failure) {
        lock.lock();
        try {
            loads.remove(load.block);
            table.free(load.frame);
            meter.failedLoads.increment();
            ended();
        } finally {
            lock.unlock();
        }
        load.waiters.forEach(waiter -> waiter.failed(failure));
        startLoads();
    }

    private void ended() {
        if (--inFlight == 0) {
            idle.signalAll();
        }
    }

    void unpin(int frame) {
        boolean roomWanted;
        lock.lock();
        try {
            roomWanted = table.unpin(frame) == 0 && !withoutFrame.isEmpty();
        } finally {
            lock.unlock();
        }
        if (roomWanted) {
            startLoads();
        }
    }

    void unpin(BlockPins pins) {
        boolean unpinned = false;
        lock.lock();
        try {
            for (int i = 0; i < pins.count(); i++) {
                unpinned |= pins.frame(i) >= 0 && table.unpin(pins.frame(i)) == 0;
            }
            unpinned &= !withoutFrame.isEmpty();
        } finally {
            lock.unlock();
        }
        if (unpinned) {
            startLoads();
        }
    }

    /// Blocks that fit.
    public int frameCount() {
        return table.frameCount();
    }

    /// Memory that the blocks take, at most the budget.
    public long sizeBytes() {
        return memory.sizeBytes();
    }

    /// Waits for the loads in flight, fails every waiter, and gives the memory back. Closing twice does nothing.
    @Override
    public void close() {
        List<BlockLoad> refused;
        lock.lock();
        try {
            closed = true;
            refused = new ArrayList<>(withoutFrame);
            withoutFrame.clear();
            refused.forEach(load -> loads.remove(load.block));
            while (inFlight > 0) {
                idle.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
        refused.forEach(load -> load.waiters.forEach(waiter -> waiter.failed(closedFailure())));
        memory.close();
    }

    private static IllegalStateException closedFailure() {
        return new IllegalStateException("the RAM tier is closed");
    }
}
