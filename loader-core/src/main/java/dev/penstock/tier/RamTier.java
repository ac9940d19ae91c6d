package dev.penstock.tier;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.memory.PageLockedMemory;
import dev.penstock.memory.PageLocking;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// Blocks in RAM: frames of one block each in one mapping outside the heap, whose size is a hard limit.
///
/// Its jobs' side is [JobBlocks]. Requests for one block at one time share one load. When no frame is free, the
/// unpinned block that is needed last goes; when there is none, the load waits in the [LoadQueue].
///
/// Ownership: the creator closes; sources are not closed. After [#close()] segments of leases throw
/// [IllegalStateException]. Threading: any thread; nothing but [#detach] and [#close()] blocks.
final class RamTier implements AutoCloseable {

    /// One block to read from while another is loaded.
    static final int FEWEST_FRAMES = 2;

    private final int blockBytes;
    private final PageLockedMemory memory;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition loadEnded = lock.newCondition();
    private final FrameTable table;

    /// What each frame holds, cut to the block's length and read-only.
    private final MemorySegment[] contents;

    private final LoadQueue loads = new LoadQueue();
    private int inFlight;
    private boolean closed;

    /// Counts calls of [#startLoads()] not yet honoured; whoever raises it from 0 works for all of them.
    private final AtomicInteger startsWanted = new AtomicInteger();

    /// @param budgetBytes the most memory the blocks may take; at least two blocks
    RamTier(int blockBytes, long budgetBytes) {
        long frames = Math.min(budgetBytes / blockBytes, Integer.MAX_VALUE);
        if (frames < FEWEST_FRAMES) {
            throw new ConfigurationException(FailureMessage.of("opening the RAM tier")
                    .with("budgetBytes", budgetBytes)
                    .with("blockBytes", blockBytes)
                    .with("fewestBlocks", FEWEST_FRAMES)
                    .remedy("give it more memory, or use smaller blocks"));
        }
        this.blockBytes = blockBytes;
        this.memory = PageLockedMemory.allocate(frames * blockBytes, PageLocking.OFF);
        this.table = new FrameTable((int) frames);
        this.contents = new MemorySegment[(int) frames];
        for (int frame = 0; frame < frames; frame++) {
            contents[frame] = frame(frame, blockBytes);
        }
    }

    private MemorySegment frame(int frame, int bytes) {
        return memory.segment().asSlice((long) frame * blockBytes, bytes);
    }

    NextUses attach(DatasetFrames dataset, NextUse order, StepClock clock) {
        lock.lock();
        try {
            return table.attach(dataset, order, clock);
        } finally {
            lock.unlock();
        }
    }

    int pinResident(JobBlocks job, BlockPins pins) {
        lock.lock();
        try {
            int resident = 0;
            for (int i = 0; i < pins.count() && !closed; i++) {
                int frame = job.dataset().find(pins.block(i));
                if (frame >= 0) {
                    table.pin(frame);
                    pins.pinned(i, frame, contents[frame]);
                    resident++;
                }
            }
            if (resident > 0) {
                pins.pinnedIn(this);
                job.meter().ramHits.add(resident);
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

    void lease(JobBlocks job, int block, long step, BlockWaiter waiter) {
        BlockLease lease = null;
        IllegalStateException refusal = null;
        lock.lock();
        try {
            int frame = job.dataset().find(block);
            if (closed || job.detached) {
                refusal = closed ? closedFailure() : detachedFailure();
            } else if (frame >= 0) {
                job.meter().ramHits.increment();
                lease = pinned(frame, block);
            } else {
                job.meter().ramMisses.increment();
                loads.add(job, block, step, waiter);
            }
        } finally {
            lock.unlock();
        }
        if (refusal != null) {
            waiter.failed(refusal);
        } else if (lease != null) {
            waiter.ready(lease);
        } else {
            startLoads();
        }
    }

    boolean prefetch(JobBlocks job, int block, long step) {
        BlockLoad load;
        lock.lock();
        try {
            if (closed || job.detached) {
                return false;
            }
            if (job.dataset().find(block) >= 0 || loads.find(job.dataset(), block) != null) {
                return true;
            }
            if (loads.isFrameWanted()) {
                return false;
            }
            int frame = takeFrameAhead(job, block, step);
            if (frame < 0) {
                return false;
            }
            job.meter().ramPrefetches.increment();
            load = loads.addAhead(job, block, step, frame);
            began(job);
        } finally {
            lock.unlock();
        }
        begin(load, job);
        return true;
    }

    /// Takes a frame that is free or whose block is needed later than this one; negative when there is none.
    private int takeFrameAhead(JobBlocks job, int block, long step) {
        int frame = table.take();
        if (frame >= 0) {
            return frame;
        }
        int victim = table.furthest();
        return victim >= 0 && table.furthestIsLaterThan(job.dataset(), block, job.nextUses(), step)
                ? evict(victim, job)
                : -1;
    }

    /// Takes a frame that is free or whose block is not in use; negative when there is none.
    private int takeFrame(JobBlocks job) {
        int frame = table.take();
        int victim = frame >= 0 ? -1 : table.furthest();
        return victim >= 0 ? evict(victim, job) : frame;
    }

    private int evict(int victim, JobBlocks job) {
        job.meter().ramEvictions.increment();
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
            for (Need next = nextWithRoom(); next != null; next = nextWithRoom()) {
                begin(next.load(), next.job());
            }
            honoured = startsWanted.addAndGet(-honoured);
        } while (honoured != 0);
    }

    private @Nullable Need nextWithRoom() {
        lock.lock();
        try {
            Need next = closed ? null : loads.mostUrgent();
            if (next == null) {
                return null;
            }
            int frame = takeFrame(next.job());
            if (frame < 0) {
                return null;
            }
            loads.giveFrame(next.load(), frame);
            began(next.job());
            return next;
        } finally {
            lock.unlock();
        }
    }

    private void began(JobBlocks job) {
        job.inFlight++;
        inFlight++;
    }

    /// @param reader whose source is read; stays attached until the load has ended
    private void begin(BlockLoad load, JobBlocks reader) {
        MemorySegment destination = frame(load.frame, load.dataset.map.lengthBytes(load.block));
        Mono.defer(() -> reader.source().read(load.block, load, destination))
                .subscribe(
                        ignored -> {},
                        failure -> failed(load, reader, failure),
                        () -> loaded(load, reader, destination));
    }

    private void loaded(BlockLoad load, JobBlocks reader, MemorySegment destination) {
        List<Need> needs;
        List<BlockLease> leases = new ArrayList<>(load.needs.size());
        boolean refused;
        lock.lock();
        try {
            loads.remove(load);
            contents[load.frame] = destination.asReadOnly();
            table.put(load.frame, load.dataset, load.block);
            refused = closed;
            needs = List.copyOf(load.needs);
            for (Need need : needs) {
                if (need.waiter() != null && !refused) {
                    leases.add(pinned(load.frame, load.block));
                }
            }
            ended(reader);
        } finally {
            lock.unlock();
        }
        if (refused) {
            fail(needs, closedFailure());
            return;
        }
        int next = 0;
        for (Need need : needs) {
            if (need.waiter() != null) {
                need.waiter().ready(leases.get(next++));
            }
        }
        startLoads();
    }

    /// Tells the job whose source failed; where others need the block too, it is read through one of theirs.
    private void failed(BlockLoad load, JobBlocks reader, Throwable failure) {
        List<Need> told;
        JobBlocks next = null;
        lock.lock();
        try {
            reader.meter().failedLoads.increment();
            told = new ArrayList<>(load.withdraw(reader));
            if (load.needs.isEmpty() || closed) {
                told.addAll(load.needs);
                loads.remove(load);
                table.free(load.frame);
            } else {
                next = load.needs.getFirst().job();
                began(next);
            }
            ended(reader);
        } finally {
            lock.unlock();
        }
        fail(told, failure);
        if (next == null) {
            startLoads();
        } else {
            begin(load, next);
        }
    }

    private static void fail(List<Need> needs, Throwable failure) {
        for (Need need : needs) {
            if (need.waiter() != null) {
                need.waiter().failed(failure);
            }
        }
    }

    private void ended(JobBlocks reader) {
        reader.inFlight--;
        inFlight--;
        loadEnded.signalAll();
    }

    void unpin(int frame) {
        boolean roomWanted;
        lock.lock();
        try {
            roomWanted = table.unpin(frame) == 0 && loads.isFrameWanted();
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
            unpinned &= loads.isFrameWanted();
        } finally {
            lock.unlock();
        }
        if (unpinned) {
            startLoads();
        }
    }

    /// Drops a block, unless it is in use.
    void forget(JobBlocks job, int block) {
        lock.lock();
        try {
            int frame = job.dataset().find(block);
            if (frame >= 0 && !table.isPinned(frame)) {
                table.drop(frame);
                table.free(frame);
            }
        } finally {
            lock.unlock();
        }
        startLoads();
    }

    int frameCount() {
        return table.frameCount();
    }

    /// Memory that the blocks take, at most the budget.
    long sizeBytes() {
        return memory.sizeBytes();
    }

    TierUse use() {
        lock.lock();
        try {
            return new TierUse((long) table.usedCount() * blockBytes, sizeBytes());
        } finally {
            lock.unlock();
        }
    }

    /// Where a block is that was asked for.
    BlockPlace place(JobBlocks job, int block) {
        lock.lock();
        try {
            BlockLoad load = loads.find(job.dataset(), block);
            if (load == null) {
                return BlockPlace.ARRIVED;
            }
            if (load.frame < 0) {
                return BlockPlace.QUEUED;
            }
        } finally {
            lock.unlock();
        }
        DiskBlocks onDisk = job.onDisk();
        return onDisk != null && onDisk.holds(block) ? BlockPlace.ON_DISK : BlockPlace.AT_ORIGIN;
    }

    boolean holds(DatasetFrames dataset) {
        lock.lock();
        try {
            return dataset.heldBlocks() > 0;
        } finally {
            lock.unlock();
        }
    }

    void need(DatasetFrames dataset, BitSet blocks) {
        lock.lock();
        try {
            dataset.need(blocks);
        } finally {
            lock.unlock();
        }
    }

    /// How far the frames are filled with blocks that the datasets' jobs need.
    Filling filling(List<DatasetFrames> datasets) {
        lock.lock();
        try {
            return table.filling(datasets, 0);
        } finally {
            lock.unlock();
        }
    }

    /// Fails a job's waiters and waits for the loads that read through its source; its order does not count any more.
    void detach(JobBlocks job) {
        List<Need> withdrawn;
        lock.lock();
        try {
            job.detached = true;
            withdrawn = loads.withdraw(job);
            table.detach(job.dataset(), job.nextUses());
            while (job.inFlight > 0) {
                loadEnded.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
        fail(withdrawn, detachedFailure());
        startLoads();
    }

    /// Waits for the loads in flight, fails every waiter, and gives the memory back. Closing twice does nothing.
    @Override
    public void close() {
        List<Need> refused;
        lock.lock();
        try {
            closed = true;
            refused = loads.withdrawWithoutFrame();
            while (inFlight > 0) {
                loadEnded.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
        fail(refused, closedFailure());
        memory.close();
    }

    private static IllegalStateException closedFailure() {
        return new IllegalStateException("the RAM tier is closed");
    }

    private static IllegalStateException detachedFailure() {
        return new IllegalStateException("the job is detached from its cache");
    }
}
