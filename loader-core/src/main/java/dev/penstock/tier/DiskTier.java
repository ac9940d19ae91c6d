package dev.penstock.tier;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/// Blocks on local disk, in front of their origins: they survive restarts, and a kill at any instant.
///
/// Every read from disk is verified (key, length, crc32c); a block that is torn, flipped or unreadable is counted,
/// dropped, and read from the origin. A write that fails (disk full, quota, a disk that has turned read-only) is
/// counted and survived; a directory that cannot be written at the start is refused, however much of the data it holds.
///
/// Admission and eviction go by next use over all jobs: the block needed last makes room, and a block needed later
/// than every block on disk is not written. For the job that reads a block its next use is the one after that read,
/// since until then it is in the caller's memory. Bytes on disk never exceed the budget.
///
/// Ownership: the creator closes, after the tier above; origins are not closed. Threading: any thread may read; files
/// are read and written by platform threads of the tier's own, on which signals arrive.
final class DiskTier implements AutoCloseable {

    /// Four buffered readers saturate an NVMe drive of today; a virtual thread would hold its carrier in a read.
    private static final int THREADS = 4;

    private static final Logger log = LoggerFactory.getLogger(DiskTier.class);

    private record Place(DatasetFrames dataset, int block) {}

    private final CacheDirectory directory;
    private final long frameBytes;
    private final Slab slab;
    private final ExecutorService threads;

    private final ReentrantLock lock = new ReentrantLock();
    private final FrameTable table;
    private final UnclaimedBlocks unclaimed = new UnclaimedBlocks();
    private final Set<Place> beingWritten = new HashSet<>();

    /// A full disk fails every write: the counter has them all, the log has the first.
    private final AtomicBoolean writeFailureLogged = new AtomicBoolean();

    /// Opens or creates the cache in a directory; fails with [ConfigurationException] when it cannot be used, or
    /// another process uses it.
    ///
    /// @param config whose budget, the most bytes the blocks and their headers may take, has room for one block
    DiskTier(DiskTierConfig config, int blockBytes) {
        this.frameBytes = Slab.frameBytes(blockBytes);
        long frames = config.blocks(blockBytes);
        if (frames < 1) {
            throw new ConfigurationException(FailureMessage.of("opening the disk tier")
                    .with("directory", config.directory())
                    .with("budgetBytes", config.budgetBytes())
                    .with("oneBlockBytes", frameBytes)
                    .remedy("give it more space, or use smaller blocks"));
        }
        this.directory = CacheDirectory.open(config.directory());
        this.slab = this.directory.slab((int) frames, blockBytes);
        this.table = new FrameTable((int) frames);
        this.threads = Executors.newFixedThreadPool(
                THREADS, Thread.ofPlatform().daemon().name("penstock-disk-", 0).factory());
        table.takeFirst(slab.reachedFrames());
        for (int frame = slab.reachedFrames() - 1; frame >= 0; frame--) {
            SlabHeader header = readableHeader(frame);
            if (header == null || !unclaimed.add(frame, header)) {
                table.free(frame);
            }
        }
    }

    private @Nullable SlabHeader readableHeader(int frame) {
        try {
            return slab.header(frame);
        } catch (IOException failure) {
            log.warn("cannot read frame {} of the disk tier in {}: {}", frame, directory, failure.toString());
            return null;
        }
    }

    /// The blocks of a dataset that an earlier run left.
    DatasetFrames find(BlockMap map) {
        DatasetFrames dataset = new DatasetFrames(map);
        lock.lock();
        try {
            unclaimed.claim(dataset, table);
        } finally {
            lock.unlock();
        }
        return dataset;
    }

    DiskBlocks attach(DatasetFrames dataset, BlockSource origin, NextUse order, StepClock clock, TierMeter meter) {
        lock.lock();
        try {
            return new DiskBlocks(this, dataset, origin, table.attach(dataset, order, clock), meter);
        } finally {
            lock.unlock();
        }
    }

    /// Lets a job's order count no more; its reads have ended.
    void detach(DiskBlocks job) {
        lock.lock();
        try {
            table.detach(job.dataset(), job.nextUses());
        } finally {
            lock.unlock();
        }
    }

    /// Runs blocking work; unlike a worker of Reactor, a cancel does not interrupt it, which would close the slab.
    <T> Mono<T> onDiskThread(Supplier<T> work) {
        return Mono.create(sink -> threads.execute(() -> {
            try {
                sink.success(work.get());
            } catch (RuntimeException failure) {
                sink.error(failure);
            }
        }));
    }

    /// Pins the frame of a block against eviction; negative when the block is not on disk.
    int pinHeld(DiskBlocks job, int block) {
        lock.lock();
        try {
            int frame = job.dataset().find(block);
            if (frame >= 0) {
                table.pin(frame);
                job.nextUses().defer(frame, job.nextUses().useAfterNext(block));
            }
            return frame;
        } finally {
            lock.unlock();
        }
    }

    /// Reads a block from its pinned frame, and unpins it; false when it is not what was written there.
    boolean readHeld(DiskBlocks job, int frame, int block, ByteBuffer bytes) {
        boolean whole = false;
        try {
            whole = slab.read(frame, job.keyHigh(block), job.keyLow(block), bytes);
            if (!whole) {
                job.meter().tornBlocks.increment();
                log.warn(
                        "block {} in frame {} of the disk tier in {} is torn: fetching it again",
                        block,
                        frame,
                        directory);
            }
        } catch (IOException failure) {
            job.meter().diskReadFailures.increment();
            log.warn("cannot read frame {} of the disk tier in {}: {}", frame, directory, failure.toString());
        }
        if (whole) {
            job.meter().diskHits.increment();
            job.meter().diskHitBytes.add(bytes.remaining());
        }
        unpin(frame, whole);
        return whole;
    }

    /// Ends a read. A bad block is dropped by its last reader; others may still be finding out.
    private void unpin(int frame, boolean whole) {
        lock.lock();
        try {
            if (table.unpin(frame) == 0 && !whole) {
                table.drop(frame);
                table.free(frame);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Takes a frame to write a block into; negative when the block is on disk, on its way there, or needed too late.
    int admit(DiskBlocks job, int block) {
        lock.lock();
        try {
            Place place = new Place(job.dataset(), block);
            if (job.dataset().find(block) >= 0 || beingWritten.contains(place)) {
                return -1;
            }
            int frame = takeFrame(job, block);
            if (frame >= 0) {
                beingWritten.add(place);
            }
            return frame;
        } finally {
            lock.unlock();
        }
    }

    private int takeFrame(DiskBlocks job, int block) {
        int frame = table.take();
        if (frame >= 0) {
            return frame;
        }
        frame = unclaimed.take();
        if (frame >= 0) {
            return frame;
        }
        NextUses uses = job.nextUses();
        int victim = table.furthest();
        if (victim < 0 || !table.furthestIsLaterThan(job.dataset(), block, uses, uses.useAfterNext(block))) {
            job.meter().diskBypasses.increment();
            return -1;
        }
        job.meter().diskEvictions.increment();
        table.drop(victim);
        return victim;
    }

    /// Drops a block whose bytes turned out not to be the dataset's, in this run and for later ones; one that is being
    /// read stays.
    void forget(DiskBlocks job, int block) {
        int frame;
        lock.lock();
        try {
            frame = job.dataset().find(block);
            if (frame < 0 || table.isPinned(frame)) {
                return;
            }
            table.drop(frame);
        } finally {
            lock.unlock();
        }
        try {
            slab.empty(frame);
        } catch (IOException failure) {
            log.warn("cannot empty frame {} of the disk tier in {}: {}", frame, directory, failure.toString());
        }
        lock.lock();
        try {
            table.free(frame);
        } finally {
            lock.unlock();
        }
    }

    /// Writes a block into a taken frame; false when that failed. The frame is then not used again in this run: on a
    /// full disk it is one that the slab would have to grow for, and blocks that are held make room instead.
    boolean write(DiskBlocks job, int frame, int block, ByteBuffer bytes) {
        boolean written = false;
        try {
            slab.write(frame, job.keyHigh(block), job.keyLow(block), bytes);
            written = true;
            job.meter().diskWrites.increment();
            job.meter().diskWriteBytes.add(bytes.remaining());
        } catch (IOException failure) {
            job.meter().diskWriteFailures.increment();
            if (writeFailureLogged.compareAndSet(false, true)) {
                log.warn("cannot write to the disk tier in {}, going on without: {}", directory, failure.toString());
            }
        }
        lock.lock();
        try {
            beingWritten.remove(new Place(job.dataset(), block));
            if (written) {
                table.put(frame, job.dataset(), block);
                job.nextUses().defer(frame, job.nextUses().useAfterNext(block));
            }
        } finally {
            lock.unlock();
        }
        return written;
    }

    /// The most bytes the slab can take.
    long sizeBytes() {
        return table.frameCount() * frameBytes;
    }

    TierUse use() {
        lock.lock();
        try {
            return new TierUse(table.usedCount() * frameBytes, sizeBytes());
        } finally {
            lock.unlock();
        }
    }

    boolean holds(DatasetFrames dataset, int block) {
        lock.lock();
        try {
            return dataset.find(block) >= 0;
        } finally {
            lock.unlock();
        }
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
            return table.filling(datasets, unclaimed.count());
        } finally {
            lock.unlock();
        }
    }

    /// Waits for reads and writes under way and gives the directory up; reads that come later fail. Closing twice
    /// does nothing.
    @Override
    public void close() {
        threads.close();
        try {
            slab.close();
            directory.close();
        } catch (IOException failure) {
            throw new StoreAccessException(
                    FailureMessage.of("closing the disk tier").with("directory", directory), failure);
        }
    }
}
