package dev.penstock.tier;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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

/// Blocks on local disk, in front of a source: they survive restarts, and a kill at any instant.
///
/// Every read from disk is verified (key, length, crc32c); a block that is torn, flipped or unreadable is counted,
/// dropped, and read from the source. A block read from the source is written before the read completes, from the
/// caller's memory: no copy is made, no memory is held beyond the caller's, and a block that was delivered is on
/// disk. The price is the time of a write into the page cache, a few milliseconds for a block of 8 MiB, on a read
/// that was waiting for the network. A write that fails (disk full, read-only, quota) is counted and survived.
///
/// Admission and eviction go by next use: the block needed last makes room, and a block needed later than every
/// block on disk is not written. A block's next use is the one after the read being served, since until then it is
/// in the caller's memory. Bytes on disk never exceed the budget.
///
/// Ownership: the creator closes, after the tiers above; the source is not closed. Threading: any thread may read;
/// files are read and written by platform threads of the tier's own, on which signals arrive.
public final class DiskTier implements BlockSource, AutoCloseable {

    /// Four buffered readers saturate an NVMe drive of today; a virtual thread would hold its carrier in a read.
    private static final int THREADS = 4;

    private static final Logger log = LoggerFactory.getLogger(DiskTier.class);

    private record Key(long high, long low) {}

    private final BlockMap map;
    private final BlockSource source;
    private final NextUse nextUse;
    private final StepClock clock;
    private final TierMeter meter;
    private final CacheDirectory directory;
    private final Slab slab;
    private final ExecutorService threads;

    private final ReentrantLock lock = new ReentrantLock();
    private final FrameTable table;
    private final Set<Integer> beingWritten = new HashSet<>();

    /// A full disk fails every write: the counter has them all, the log has the first.
    private final AtomicBoolean writeFailureLogged = new AtomicBoolean();

    /// Opens or creates the cache in `directory`; fails with [ConfigurationException] when it cannot be used, or
    /// another process uses it.
    ///
    /// @param budgetBytes the most bytes the blocks and their headers may take; at least one block
    public DiskTier(
            Path directory,
            BlockMap map,
            BlockSource source,
            NextUse nextUse,
            StepClock clock,
            long budgetBytes,
            TierMeter meter) {
        long frames = Math.min(budgetBytes / Slab.frameBytes(map.blockBytes()), Integer.MAX_VALUE);
        if (frames < 1) {
            throw new ConfigurationException(FailureMessage.of("opening the disk tier")
                    .with("directory", directory)
                    .with("budgetBytes", budgetBytes)
                    .with("oneBlockBytes", Slab.frameBytes(map.blockBytes()))
                    .remedy("give it more space, or use smaller blocks"));
        }
        this.map = map;
        this.source = source;
        this.nextUse = nextUse;
        this.clock = clock;
        this.meter = meter;
        this.directory = CacheDirectory.open(directory);
        this.slab = this.directory.slab((int) frames, map.blockBytes());
        this.table = new FrameTable((int) frames, map.blockCount(), nextUse, clock);
        this.threads = Executors.newFixedThreadPool(
                THREADS, Thread.ofPlatform().daemon().name("penstock-disk-", 0).factory());
        findBlocks();
    }

    /// Deletes the blocks that an earlier run left in a directory which this one does not use, so that they do not
    /// count against the disk; one that does not exist is no error.
    ///
    /// Fails with [ConfigurationException] when another process holds the directory.
    public static void discard(Path directory) {
        if (Files.isDirectory(directory)) {
            try (CacheDirectory held = CacheDirectory.open(directory)) {
                held.deleteSlabs();
            }
        }
    }

    /// Finds what an earlier run left. Blocks of other datasets stay on disk, for their own next run, until every
    /// frame without a block is used up.
    private void findBlocks() {
        Map<Key, Integer> frameOfKey = new HashMap<>();
        List<Integer> empty = new ArrayList<>();
        for (int frame = table.frameCount() - 1; frame >= 0; frame--) {
            SlabHeader header = readableHeader(frame);
            if (header == null || frameOfKey.putIfAbsent(new Key(header.keyHigh(), header.keyLow()), frame) != null) {
                empty.add(frame);
            }
        }
        for (int block = 0; block < map.blockCount() && !frameOfKey.isEmpty(); block++) {
            Integer frame = frameOfKey.remove(new Key(map.keyHigh(block), map.keyLow(block)));
            if (frame != null) {
                table.put(frame, block);
            }
        }
        frameOfKey.values().forEach(table::free);
        empty.forEach(table::free);
    }

    private @Nullable SlabHeader readableHeader(int frame) {
        try {
            return slab.header(frame);
        } catch (IOException failure) {
            meter.diskReadFailures.increment();
            log.warn("cannot read frame {} of the disk tier in {}: {}", frame, directory, failure.toString());
            return null;
        }
    }

    @Override
    public Mono<Void> read(int block, Deadline deadline, MemorySegment destination) {
        return Mono.defer(() -> {
            int frame = pinHeld(block);
            if (frame < 0) {
                meter.diskMisses.increment();
                return fetch(block, deadline, destination);
            }
            return onDiskThread(() -> readHeld(frame, block, destination.asByteBuffer()))
                    .flatMap(whole -> whole ? Mono.empty() : fetch(block, deadline, destination));
        });
    }

    private Mono<Void> fetch(int block, Deadline deadline, MemorySegment destination) {
        return source.read(block, deadline, destination).then(Mono.defer(() -> {
            int frame = admit(block);
            return frame < 0
                    ? Mono.empty()
                    : onDiskThread(() -> write(frame, block, destination.asByteBuffer()))
                            .then();
        }));
    }

    /// Runs blocking work; unlike a worker of Reactor, a cancel does not interrupt it, which would close the slab.
    private <T> Mono<T> onDiskThread(Supplier<T> work) {
        return Mono.create(sink -> threads.execute(() -> {
            try {
                sink.success(work.get());
            } catch (RuntimeException failure) {
                sink.error(failure);
            }
        }));
    }

    /// Pins the frame of a block against eviction; negative when the block is not on disk.
    private int pinHeld(int block) {
        lock.lock();
        try {
            int frame = table.find(block);
            if (frame >= 0) {
                table.pin(frame);
                table.defer(frame, useAfterThisRead(block));
            }
            return frame;
        } finally {
            lock.unlock();
        }
    }

    private long useAfterThisRead(int block) {
        long use = nextUse.nextUse(block, clock.step());
        return use == NextUse.NEVER ? NextUse.NEVER : nextUse.nextUse(block, use);
    }

    private boolean readHeld(int frame, int block, ByteBuffer bytes) {
        boolean whole = false;
        try {
            whole = slab.read(frame, map.keyHigh(block), map.keyLow(block), bytes);
            if (!whole) {
                meter.tornBlocks.increment();
                log.warn(
                        "block {} in frame {} of the disk tier in {} is torn: fetching it again",
                        block,
                        frame,
                        directory);
            }
        } catch (IOException failure) {
            meter.diskReadFailures.increment();
            log.warn("cannot read frame {} of the disk tier in {}: {}", frame, directory, failure.toString());
        }
        if (whole) {
            meter.diskHits.increment();
            meter.diskHitBytes.add(bytes.remaining());
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
    private int admit(int block) {
        lock.lock();
        try {
            if (table.find(block) >= 0 || beingWritten.contains(block)) {
                return -1;
            }
            int frame = table.take();
            if (frame < 0) {
                frame = table.furthest();
                if (frame < 0 || table.nextUseOf(frame) <= useAfterThisRead(block)) {
                    meter.diskBypasses.increment();
                    return -1;
                }
                meter.diskEvictions.increment();
                table.drop(frame);
            }
            beingWritten.add(block);
            return frame;
        } finally {
            lock.unlock();
        }
    }

    private boolean write(int frame, int block, ByteBuffer bytes) {
        boolean written = false;
        try {
            slab.write(frame, map.keyHigh(block), map.keyLow(block), bytes);
            written = true;
            meter.diskWrites.increment();
            meter.diskWriteBytes.add(bytes.remaining());
        } catch (IOException failure) {
            meter.diskWriteFailures.increment();
            if (writeFailureLogged.compareAndSet(false, true)) {
                log.warn("cannot write to the disk tier in {}, going on without: {}", directory, failure.toString());
            }
        }
        lock.lock();
        try {
            beingWritten.remove(block);
            if (written) {
                table.put(frame, block, useAfterThisRead(block));
            } else {
                table.free(frame);
            }
        } finally {
            lock.unlock();
        }
        return written;
    }

    /// The most bytes the slab can take.
    public long sizeBytes() {
        return table.frameCount() * Slab.frameBytes(map.blockBytes());
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
