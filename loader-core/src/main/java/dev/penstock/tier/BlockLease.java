package dev.penstock.tier;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/// A pin on one resident block of a [RamTier]: the block stays where it is until the lease is released.
///
/// Ownership: the holder releases; a second release does nothing. Slices taken from [#segment()] are not revoked by
/// a release, and must not be read afterwards. Threading: any thread may read and release.
public final class BlockLease implements AutoCloseable {

    private static final AtomicIntegerFieldUpdater<BlockLease> RELEASED =
            AtomicIntegerFieldUpdater.newUpdater(BlockLease.class, "released");

    private final RamTier tier;
    private final int frame;
    private final int block;
    private final MemorySegment segment;
    private volatile int released;

    BlockLease(RamTier tier, int frame, int block, MemorySegment segment) {
        this.tier = tier;
        this.frame = frame;
        this.block = block;
        this.segment = segment;
    }

    public int block() {
        return block;
    }

    /// The block's bytes, read-only, of exactly its length; [IllegalStateException] once released.
    public MemorySegment segment() {
        if (released != 0) {
            throw new IllegalStateException("lease of block " + block + " was released");
        }
        return segment;
    }

    /// Lets the block be evicted, when no other lease holds it.
    public void release() {
        if (RELEASED.compareAndSet(this, 0, 1)) {
            tier.unpin(frame);
        }
    }

    /// Same as [#release()].
    @Override
    public void close() {
        release();
    }
}
