package dev.penstock.memory;

import java.lang.foreign.MemorySegment;

/// The right to use one slot of a [SlotArena], until it is released.
///
/// Ownership: the holder releases, once or more often: a release after the first does nothing, and can never free
/// the slot of a later lease, because the registry removes leases by identity. Slices taken from [#segment()] are
/// not revoked by a release (that would cost an arena, and a handshake of all threads, for every batch): the holder
/// must not use them afterwards.
///
/// Threading: any thread may use and release.
public final class SlotLease implements AutoCloseable {

    private final SlotArena arena;
    private final MemorySegment segment;
    private final long offsetBytes;
    private final long reservedBytes;

    /// Written under the arena's lock; volatile for [#segment()], which does not take it.
    private volatile boolean released;

    SlotLease(SlotArena arena, MemorySegment segment, long offsetBytes, long reservedBytes) {
        this.arena = arena;
        this.segment = segment;
        this.offsetBytes = offsetBytes;
        this.reservedBytes = reservedBytes;
    }

    /// The slot, of exactly the size asked for; [IllegalStateException] once released.
    public MemorySegment segment() {
        if (released) {
            throw new IllegalStateException("slot at " + offsetBytes + " was released");
        }
        return segment;
    }

    /// Gives the slot back.
    public void release() {
        arena.release(this);
    }

    /// Same as [#release()].
    @Override
    public void close() {
        release();
    }

    long offsetBytes() {
        return offsetBytes;
    }

    long endBytes() {
        return offsetBytes + reservedBytes;
    }

    long reservedBytes() {
        return reservedBytes;
    }

    boolean isReleased() {
        return released;
    }

    void markReleased() {
        released = true;
    }
}
