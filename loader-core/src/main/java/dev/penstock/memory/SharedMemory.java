package dev.penstock.memory;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.ResourceExhaustedException;

/// Page-locked memory that other processes can map: a file that has no name and is reached by its descriptor alone.
///
/// Because it has no name, nothing stale outlives its users: the kernel frees the pages when the last mapping and the
/// last descriptor are gone, however their processes ended. Its size is sealed, so nobody can cut it short under a
/// reader.
///
/// Ownership: the creator closes the descriptor with [#close()], and [#memory()] apart from it; mappings of other
/// processes stay valid after both. Threading: any thread.
public final class SharedMemory implements AutoCloseable {

    private final int descriptor;
    private final PageLockedMemory memory;
    private boolean closed;

    private SharedMemory(int descriptor, PageLockedMemory memory) {
        this.descriptor = descriptor;
        this.memory = memory;
    }

    /// Makes memory of `bytes`, rounded up to whole pages, and starts to touch it.
    ///
    /// Fails with [ResourceExhaustedException] when there is no memory or no descriptor left, or when locking is
    /// required and refused.
    public static SharedMemory create(long bytes, PageLocking locking, SharedAccess access) {
        long mapped = PageLockedMemory.wholePages(bytes);
        int descriptor = open(mapped);
        PageLockedMemory memory = null;
        try {
            memory = PageLockedMemory.ofFile(descriptor, mapped, locking);
            LinuxMemoryFile.seal(descriptor, access);
            return new SharedMemory(descriptor, memory);
        } catch (RuntimeException refused) {
            if (memory != null) {
                memory.close();
            }
            LinuxMemoryFile.close(descriptor);
            throw refused;
        }
    }

    private static int open(long bytes) {
        try {
            return LinuxMemoryFile.create(bytes);
        } catch (NativeCallException refusal) {
            throw new ResourceExhaustedException(
                    FailureMessage.of("making shared memory")
                            .with("bytes", bytes)
                            .with("reason", refusal.getMessage())
                            .remedy("ask for less memory, or raise the limit of `ulimit -n`"),
                    refusal);
        }
    }

    /// What to send to another process; valid until [#close()].
    public int descriptor() {
        return descriptor;
    }

    /// The memory as this process has it mapped, for reading and writing.
    public PageLockedMemory memory() {
        return memory;
    }

    /// Closes the descriptor. Closing twice does nothing.
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            LinuxMemoryFile.close(descriptor);
        }
    }
}
