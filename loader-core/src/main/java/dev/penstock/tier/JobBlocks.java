package dev.penstock.tier;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// The blocks of one dataset as one job has them from a [BlockCache]; made by [BlockCache#attach].
///
/// Blocks have the dataset's own numbers. Jobs that read one dataset share its blocks and their loads; jobs on other
/// datasets share the frames. A block is dropped for another when, of all unpinned ones, it is needed last by any job.
///
/// A lease pins its block, and only unpinned blocks are ever dropped, so a block in use cannot be evicted. When no
/// frame can be had, a load waits; the job that is due first goes first, and none starves. No caller may wait for a
/// lease while it holds others, unless all such callers together hold fewer than [BlockCache#frameCount()]. A
/// [Loader][dev.penstock.loader.Loader] holds pins only while it copies, so any number of them may share two frames.
///
/// Ownership: whoever attached closes. Threading: any thread; nothing but [#close()] blocks. Errors of a job's
/// source go to the job's own waiters, whose next lease tries again; others who wait for the block read it through
/// theirs.
public final class JobBlocks implements AutoCloseable {

    private final BlockCache cache;
    private final CachedDataset cached;
    private final @Nullable DiskBlocks onDisk;
    private final BlockSource source;
    private final NextUses nextUses;
    private final StepClock clock;
    private final TierMeter meter;

    /// Guarded by the RAM tier's lock.
    int inFlight;

    /// Guarded by the RAM tier's lock.
    boolean detached;

    /// @param onDisk the job's side of the disk tier; null without one
    /// @param source where missing blocks come from: the disk tier where there is one, else the origin
    /// @param nextUses of the RAM tier
    JobBlocks(
            BlockCache cache,
            CachedDataset cached,
            @Nullable DiskBlocks onDisk,
            BlockSource source,
            NextUses nextUses,
            StepClock clock,
            TierMeter meter) {
        this.cache = cache;
        this.cached = cached;
        this.onDisk = onDisk;
        this.source = source;
        this.nextUses = nextUses;
        this.clock = clock;
        this.meter = meter;
    }

    /// Pins those of the blocks that are resident and returns how many they are.
    public int pinResident(BlockPins pins) {
        return cache.ram().pinResident(this, pins);
    }

    /// Leases a block, loading it where it is not resident; the waiter is called before this returns when it is.
    ///
    /// @param step when the block is needed; among a job's loads that wait for a frame the earliest goes first
    public void lease(int block, long step, BlockWaiter waiter) {
        cache.ram().lease(this, block, step, waiter);
    }

    /// Begins to load a block that no one waits for yet; false when it would take room from a block needed sooner.
    ///
    /// A block is never dropped for one that is needed later than itself (Cao, Felten, Karlin and Li, 1995), nor
    /// while a lease waits for room; so reading ahead stops by itself, and `false` means: try when the clock has
    /// moved on. True when the block is resident or on its way.
    ///
    /// @param step when the block is needed
    public boolean prefetch(int block, long step) {
        return cache.ram().prefetch(this, block, step);
    }

    /// Where a block is that was leased or prefetched.
    public BlockPlace place(int block) {
        return cache.ram().place(this, block);
    }

    /// Drops a block whose bytes turned out not to be the dataset's, in RAM and on disk, so that nobody gets them
    /// again.
    ///
    /// Blocks smaller than a chunk of the index come unverified, and memory may fail after a block was verified; one
    /// that is in use stays. Blocks while the disk tier is told.
    public void forget(int block) {
        cache.ram().forget(this, block);
        if (onDisk != null) {
            onDisk.forget(block);
        }
    }

    CachedDataset cached() {
        return cached;
    }

    DatasetFrames dataset() {
        return cached.ram();
    }

    @Nullable
    DiskBlocks onDisk() {
        return onDisk;
    }

    BlockSource source() {
        return source;
    }

    NextUses nextUses() {
        return nextUses;
    }

    BitSet usedBlocks() {
        return nextUses.order().usedBlocks(cached.map().blockCount());
    }

    StepClock clock() {
        return clock;
    }

    TierMeter meter() {
        return meter;
    }

    /// Detaches: fails the job's waiters, and waits for the loads under way that read through its source, which may be
    /// closed afterwards.
    ///
    /// What the job loaded stays while nobody needs the room, for others and for a later job on the same dataset.
    /// Closing twice does nothing.
    @Override
    public void close() {
        cache.detach(this);
    }
}
