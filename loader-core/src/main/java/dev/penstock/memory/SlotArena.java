package dev.penstock.memory;

import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The lease registry: slots of any size, each contiguous, out of one [PageLockedMemory].
///
/// It lives outside every reactive pipeline, so that whatever a cancel or an error does to signals in flight,
/// [#reap()] finds every slot that is still out. Free room is what [#tryLease] finds; the release listener is where
/// demand comes from.
///
/// Ownership: owns the memory and closes it. Threading: any thread; the listener runs on the releasing thread,
/// outside the lock.
public final class SlotArena implements AutoCloseable {

    /// Slots begin at multiples of this: whole pages of every supported page size, so two slots share none.
    public static final int GRANULE_BYTES = 64 * 1024;

    private final PageLockedMemory memory;
    private final long capacityBytes;
    private final Runnable onRelease;
    private final ReentrantLock lock = new ReentrantLock();

    /// Leases out, in ascending order of their offset; the free room is what lies between them.
    private SlotLease[] leases = new SlotLease[16];

    private int leaseCount;
    private long leasedBytes;

    /// @param onRelease called after each release that freed room, and once after a [#reap()] that did
    public SlotArena(PageLockedMemory memory, Runnable onRelease) {
        this.memory = memory;
        this.capacityBytes = memory.sizeBytes() / GRANULE_BYTES * GRANULE_BYTES;
        this.onRelease = onRelease;
    }

    /// Leases the first gap that holds `bytes`; null when there is none now.
    ///
    /// First fit over a few dozen leases is a walk over one array; a slot larger than the arena is a mistake of the
    /// caller and throws, since no release will ever make room for it.
    public @Nullable SlotLease tryLease(long bytes) {
        if (bytes < 1 || bytes > capacityBytes) {
            throw new IllegalArgumentException(
                    "slot must have 1 to " + capacityBytes + " bytes (the arena), was " + bytes);
        }
        long reserved = Math.ceilDiv(bytes, GRANULE_BYTES) * GRANULE_BYTES;
        lock.lock();
        try {
            long at = 0;
            int index = 0;
            while (index < leaseCount && leases[index].offsetBytes() - at < reserved) {
                at = leases[index++].endBytes();
            }
            if (capacityBytes - at < reserved) {
                return null;
            }
            SlotLease lease = new SlotLease(this, memory.segment().asSlice(at, bytes), at, reserved);
            insert(index, lease);
            return lease;
        } finally {
            lock.unlock();
        }
    }

    private void insert(int index, SlotLease lease) {
        if (leaseCount == leases.length) {
            leases = Arrays.copyOf(leases, 2 * leaseCount);
        }
        System.arraycopy(leases, index, leases, index + 1, leaseCount - index);
        leases[index] = lease;
        leaseCount++;
        leasedBytes += lease.reservedBytes();
    }

    void release(SlotLease lease) {
        lock.lock();
        try {
            if (lease.isReleased()) {
                return;
            }
            remove(lease);
        } finally {
            lock.unlock();
        }
        onRelease.run();
    }

    @SuppressWarnings("NullAway") // the slot behind the last lease is emptied so that the lease can be collected
    private void remove(SlotLease lease) {
        int index = 0;
        while (leases[index] != lease) {
            index++;
        }
        System.arraycopy(leases, index + 1, leases, index, leaseCount - index - 1);
        leases[--leaseCount] = null;
        leasedBytes -= lease.reservedBytes();
        lease.markReleased();
    }

    /// Releases every lease that is out, whoever holds it, and returns how many there were.
    ///
    /// For the end of a pipeline, when nothing fills slots any more.
    public int reap() {
        int reaped;
        lock.lock();
        try {
            reaped = leaseCount;
            while (leaseCount > 0) {
                remove(leases[leaseCount - 1]);
            }
        } finally {
            lock.unlock();
        }
        if (reaped > 0) {
            onRelease.run();
        }
        return reaped;
    }

    /// The most bytes that can be leased at one time.
    public long capacityBytes() {
        return capacityBytes;
    }

    /// Bytes leased now, rounded up to granules.
    public long leasedBytes() {
        lock.lock();
        try {
            return leasedBytes;
        } finally {
            lock.unlock();
        }
    }

    /// Leases out now.
    public int leaseCount() {
        lock.lock();
        try {
            return leaseCount;
        } finally {
            lock.unlock();
        }
    }

    /// How much of the room is in use, as of one moment.
    public SlotUse use() {
        lock.lock();
        try {
            return new SlotUse(leaseCount, leasedBytes, capacityBytes);
        } finally {
            lock.unlock();
        }
    }

    /// What the kernel granted for the memory behind the slots.
    public PageLockOutcome outcome() {
        return memory.outcome();
    }

    /// Reaps and gives the memory back; segments of earlier leases throw from then on.
    @Override
    public void close() {
        reap();
        memory.close();
    }
}
