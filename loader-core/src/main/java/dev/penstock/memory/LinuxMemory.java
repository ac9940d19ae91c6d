package dev.penstock.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The memory calls of the C library on Linux, x86-64 and aarch64 (their constants agree).
@SuppressWarnings("restricted") // every call leaves Java: that is what this class is for
final class LinuxMemory {

    private static final int PROT_READ_WRITE = 0x1 | 0x2;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x02 | 0x20;
    private static final int MAP_SHARED_FIXED = 0x01 | 0x10;
    private static final int NO_DESCRIPTOR = -1;
    private static final int MADV_HUGEPAGE = 14;
    private static final int MADV_COLLAPSE = 25;
    private static final int MLOCK_ONFAULT = 1;
    private static final int RLIMIT_MEMLOCK = 8;
    private static final long MAP_FAILED = -1;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle MMAP = withErrno(
            "mmap",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG));
    private static final MethodHandle MUNMAP = withErrno(
            "munmap", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final MethodHandle MADVISE = withErrno(
            "madvise",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
    private static final MethodHandle MLOCK2 = withErrno(
            "mlock2",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
    private static final MethodHandle GETRLIMIT = withErrno(
            "getrlimit", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
    private static final MethodHandle STRERROR = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("strerror"),
            FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT));

    private LinuxMemory() {}

    static MethodHandle withErrno(String function, FunctionDescriptor type, Linker.Option... options) {
        Linker.Option[] all = Arrays.copyOf(options, options.length + 1);
        all[options.length] = Linker.Option.captureCallState("errno");
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(function), type, all);
    }

    /// Where a call leaves errno: the first argument of a handle from [#withErrno].
    static MemorySegment callState(Arena arena) {
        return arena.allocate(CALL_STATE);
    }

    /// Maps private zeroed memory at a multiple of `alignmentBytes`; throws [NativeCallException].
    ///
    /// The kernel aligns to a page only. For more, the mapping is made larger and both ends are cut off again.
    ///
    /// @param alignmentBytes a whole number of pages, as is `bytes`
    static long map(long bytes, long alignmentBytes, long pageBytes) {
        long sparedBytes = alignmentBytes - pageBytes;
        long found = map(bytes + sparedBytes);
        long aligned = Math.ceilDiv(found, alignmentBytes) * alignmentBytes;
        unmapSpared(found, aligned - found);
        unmapSpared(aligned + bytes, sparedBytes - (aligned - found));
        return aligned;
    }

    private static void unmapSpared(long address, long bytes) {
        if (bytes > 0) {
            unmap(address, bytes);
        }
    }

    /// Puts a file in the place of a mapping, at the same address and of the same size; throws [NativeCallException]
    /// and leaves the place unusable.
    static void replaceByFile(long address, long bytes, int descriptor) {
        map(address, bytes, MAP_SHARED_FIXED, descriptor);
    }

    private static long map(long bytes) {
        return map(0, bytes, MAP_PRIVATE_ANONYMOUS, NO_DESCRIPTOR);
    }

    private static long map(long wanted, long bytes, int flags, int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = callState(arena);
            long address = (long) MMAP.invokeExact(state, wanted, bytes, PROT_READ_WRITE, flags, descriptor, 0L);
            if (address == MAP_FAILED) {
                throw new NativeCallException(errnoText(state));
            }
            return address;
        } catch (Throwable failure) {
            throw rethrown(failure);
        }
    }

    /// Unmaps, which also unlocks.
    static void unmap(long address, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = callState(arena);
            if ((int) MUNMAP.invokeExact(state, address, bytes) != 0) {
                throw new NativeCallException(errnoText(state));
            }
        } catch (Throwable failure) {
            throw rethrown(failure);
        }
    }

    /// Asks for huge pages; returns the kernel's refusal, null when it agreed.
    static @Nullable String adviseHugePages(long address, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = callState(arena);
            return (int) MADVISE.invokeExact(state, address, bytes, MADV_HUGEPAGE) == 0 ? null : errnoText(state);
        } catch (Throwable failure) {
            throw rethrown(failure);
        }
    }

    /// Puts a huge page, filled with what is there, in the place of small ones of which at least one was touched. The
    /// kernel may, from Linux 6.1 on, even where its settings give files no huge pages; if not, nothing changes.
    static void collapse(long address, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            int _ = (int) MADVISE.invokeExact(callState(arena), address, bytes, MADV_COLLAPSE);
        } catch (Throwable failure) {
            throw rethrown(failure);
        }
    }

    /// Locks pages as they are first touched, so the call itself is instant; returns the refusal, null when locked.
    static @Nullable String lockOnFault(long address, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = callState(arena);
            return (int) MLOCK2.invokeExact(state, address, bytes, MLOCK_ONFAULT) == 0 ? null : errnoText(state);
        } catch (Throwable failure) {
            throw rethrown(failure);
        }
    }

    /// The soft limit of locked memory, as `ulimit -l` prints it but in bytes; -1 is unlimited.
    static long lockLimitBytes() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = callState(arena);
            MemorySegment limits = arena.allocate(ValueLayout.JAVA_LONG, 2);
            if ((int) GETRLIMIT.invokeExact(state, RLIMIT_MEMLOCK, limits) != 0) {
                throw new NativeCallException(errnoText(state));
            }
            return limits.get(ValueLayout.JAVA_LONG, 0);
        } catch (Throwable failure) {
            throw rethrown(failure);
        }
    }

    static String errnoText(MemorySegment state) throws Throwable {
        MemorySegment text = (MemorySegment) STRERROR.invokeExact((int) ERRNO.get(state, 0L));
        return text.reinterpret(Long.MAX_VALUE).getString(0);
    }

    static RuntimeException rethrown(Throwable failure) {
        return switch (failure) {
            case RuntimeException unchecked -> unchecked;
            case Error error -> throw error;
            default -> new IllegalStateException("a downcall threw a checked exception", failure);
        };
    }
}
