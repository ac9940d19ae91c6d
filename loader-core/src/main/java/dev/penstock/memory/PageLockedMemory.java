package dev.penstock.memory;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.ResourceExhaustedException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/// One mapping outside the Java heap whose pages, where the kernel allows it, are huge and never swapped out.
///
/// Usable as soon as it is allocated: a background thread touches every page, so that no reader or copy pays for
/// the first touch. What the kernel granted is known at once ([#outcome()]), because pages are locked on fault.
///
/// Ownership: the creator closes. After [#close()] every access through [#segment()] and its slices throws
/// [IllegalStateException]; it never reaches unmapped memory. Closing while a slice is inside a file or native
/// call throws [IllegalStateException] and leaves the mapping as it was.
///
/// Threading: any thread may use the memory and any thread may close it.
public final class PageLockedMemory implements AutoCloseable {

    /// The smallest page there is on the supported machines, so touching at this stride reaches every page.
    private static final int PAGE_BYTES = 4096;

    private static final int HUGE_PAGE_BYTES = 2 << 20;

    /// What mappings of at least this size begin at a multiple of: whole huge pages (2 MiB), and the largest alignment
    /// that a known mount asks of reads past the page cache (4 MiB, CephFS).
    private static final int LARGE_ALIGNMENT_BYTES = 4 << 20;

    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

    private final Arena arena;
    private final MemorySegment segment;
    private final PageLockOutcome outcome;
    private final Thread prefault;

    /// What pages come from.
    private enum Backing {
        ANONYMOUS,

        /// A file without a name, for whose first touches most hosts have no huge pages, asked for or not; small ones
        /// make a batch a tenth slower to write.
        FILE
    }

    private PageLockedMemory(Arena arena, MemorySegment segment, Backing backing, PageLockOutcome outcome) {
        this.arena = arena;
        this.segment = segment;
        this.outcome = outcome;
        this.prefault = Thread.ofPlatform().daemon().name("penstock-prefault").unstarted(() -> prefault(backing));
    }

    /// Maps `bytes`, rounded up to whole pages, and starts to touch them.
    ///
    /// Fails with [ResourceExhaustedException] when the address space is used up, or when locking is required and
    /// refused.
    public static PageLockedMemory allocate(long bytes, PageLocking locking) {
        long mapped = wholePages(bytes);
        return lock(map(mapped), mapped, Backing.ANONYMOUS, locking);
    }

    /// The same over a file without a name, which has that many bytes.
    static PageLockedMemory ofFile(int descriptor, long bytes, PageLocking locking) {
        long address = map(bytes);
        try {
            LinuxMemory.replaceByFile(address, bytes, descriptor);
        } catch (NativeCallException refusal) {
            LinuxMemory.unmap(address, bytes);
            throw mappingRefused(bytes, refusal);
        }
        return lock(address, bytes, Backing.FILE, locking);
    }

    static long wholePages(long bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("memory must have at least 1 byte, was " + bytes);
        }
        return Math.ceilDiv(bytes, PAGE_BYTES) * PAGE_BYTES;
    }

    @SuppressWarnings("restricted") // the size given to the segment is the size of the mapping
    private static PageLockedMemory lock(long address, long mapped, Backing backing, PageLocking locking) {
        String hugePageRefusal = LinuxMemory.adviseHugePages(address, mapped);
        String lockRefusal = locking == PageLocking.OFF ? null : LinuxMemory.lockOnFault(address, mapped);
        if (locking == PageLocking.REQUIRED && lockRefusal != null) {
            LinuxMemory.unmap(address, mapped);
            throw new ResourceExhaustedException(FailureMessage.of("locking memory")
                    .with("bytes", mapped)
                    .with("limitBytes", LinuxMemory.lockLimitBytes())
                    .with("reason", lockRefusal)
                    .remedy("raise the limit with `ulimit -l` or memlock in /etc/security/limits.conf"));
        }
        Arena arena = Arena.ofShared();
        MemorySegment segment = MemorySegment.ofAddress(address)
                .reinterpret(mapped, arena, mapping -> LinuxMemory.unmap(mapping.address(), mapped));
        long lockedBytes = locking == PageLocking.OFF || lockRefusal != null ? 0 : mapped;
        PageLockedMemory memory = new PageLockedMemory(
                arena, segment, backing, new PageLockOutcome(mapped, lockedBytes, lockRefusal, hugePageRefusal));
        memory.prefault.start();
        return memory;
    }

    private static long map(long bytes) {
        try {
            return LinuxMemory.map(
                    bytes, bytes < LARGE_ALIGNMENT_BYTES ? PAGE_BYTES : LARGE_ALIGNMENT_BYTES, PAGE_BYTES);
        } catch (NativeCallException refusal) {
            throw mappingRefused(bytes, refusal);
        }
    }

    private static ResourceExhaustedException mappingRefused(long bytes, NativeCallException refusal) {
        return new ResourceExhaustedException(
                FailureMessage.of("mapping memory")
                        .with("bytes", bytes)
                        .with("reason", refusal.getMessage())
                        .remedy("ask for less memory, or raise the limit of `ulimit -v`"),
                refusal);
    }

    /// Touching is an atomic addition of 0: it makes the page present and changes nothing that a user writes
    /// meanwhile. Ends early, by the exception of a closed arena, when the memory is closed first.
    private void prefault(Backing backing) {
        try {
            for (long at = 0; at < segment.byteSize(); at += HUGE_PAGE_BYTES) {
                long end = Math.min(at + HUGE_PAGE_BYTES, segment.byteSize());
                touch(at, at + PAGE_BYTES);
                if (backing == Backing.FILE && end - at == HUGE_PAGE_BYTES) {
                    collapse(at);
                }
                touch(at + PAGE_BYTES, end);
            }
        } catch (IllegalStateException closed) {
            if (segment.scope().isAlive()) {
                throw closed;
            }
        }
    }

    /// By address, because a native call with the segment would keep it from being closed meanwhile. Where it was, the
    /// advice fails or is of no harm to what is mapped there then.
    private void collapse(long at) {
        if (segment.scope().isAlive()) {
            LinuxMemory.collapse(segment.address() + at, HUGE_PAGE_BYTES);
        }
    }

    private void touch(long begin, long end) {
        for (long at = begin; at < end; at += PAGE_BYTES) {
            INT.getAndAdd(segment, at, 0);
        }
    }

    /// The memory, aligned to a page; from 4 MiB on, to 4 MiB.
    public MemorySegment segment() {
        return segment;
    }

    public long sizeBytes() {
        return segment.byteSize();
    }

    public PageLockOutcome outcome() {
        return outcome;
    }

    /// Waits until every page has been touched.
    void awaitPrefault() throws InterruptedException {
        prefault.join();
    }

    /// Gives the pages back to the kernel. Closing twice does nothing.
    @Override
    public synchronized void close() {
        if (segment.scope().isAlive()) {
            arena.close();
        }
    }
}
