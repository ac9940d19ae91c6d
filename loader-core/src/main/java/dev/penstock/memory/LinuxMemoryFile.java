package dev.penstock.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// The calls of the C library on Linux for files that live in memory and have no name.
@SuppressWarnings("restricted") // every call leaves Java: that is what this class is for
final class LinuxMemoryFile {

    /// Shown by tools that list a process's mappings; it names nothing.
    private static final String SHOWN_AS = "penstock-slots";

    private static final int MFD_CLOEXEC_ALLOW_SEALING = 0x1 | 0x2;
    private static final int F_ADD_SEALS = 1033;
    private static final int F_SEAL_SEAL_SHRINK_GROW = 0x1 | 0x2 | 0x4;

    /// Since Linux 5.1: mappings for writing that exist stay, new ones are refused.
    private static final int F_SEAL_FUTURE_WRITE = 0x10;

    private static final MethodHandle MEMFD_CREATE = LinuxMemory.withErrno(
            "memfd_create", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    private static final MethodHandle FTRUNCATE = LinuxMemory.withErrno(
            "ftruncate", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
    private static final MethodHandle FCNTL = LinuxMemory.withErrno(
            "fcntl",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT),
            Linker.Option.firstVariadicArg(2));
    private static final MethodHandle CLOSE =
            LinuxMemory.withErrno("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private LinuxMemoryFile() {}

    /// Makes a file of zeroes and returns its descriptor; throws [NativeCallException].
    static int create(long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = LinuxMemory.callState(arena);
            MemorySegment name = arena.allocateFrom(SHOWN_AS);
            int descriptor = (int) MEMFD_CREATE.invokeExact(state, name, MFD_CLOEXEC_ALLOW_SEALING);
            if (descriptor < 0) {
                throw new NativeCallException(LinuxMemory.errnoText(state));
            }
            if ((int) FTRUNCATE.invokeExact(state, descriptor, bytes) != 0) {
                String reason = LinuxMemory.errnoText(state);
                close(descriptor);
                throw new NativeCallException(reason);
            }
            return descriptor;
        } catch (Throwable failure) {
            throw LinuxMemory.rethrown(failure);
        }
    }

    /// Fixes the size of a file, and what others may map it for, for ever.
    static void seal(int descriptor, SharedAccess access) {
        int seals = switch (access) {
            case READ -> F_SEAL_SEAL_SHRINK_GROW | F_SEAL_FUTURE_WRITE;
            case WRITE -> F_SEAL_SEAL_SHRINK_GROW;
        };
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = LinuxMemory.callState(arena);
            if ((int) FCNTL.invokeExact(state, descriptor, F_ADD_SEALS, seals) != 0) {
                throw new NativeCallException(LinuxMemory.errnoText(state));
            }
        } catch (Throwable failure) {
            throw LinuxMemory.rethrown(failure);
        }
    }

    static void close(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = LinuxMemory.callState(arena);
            if ((int) CLOSE.invokeExact(state, descriptor) != 0) {
                throw new NativeCallException(LinuxMemory.errnoText(state));
            }
        } catch (Throwable failure) {
            throw LinuxMemory.rethrown(failure);
        }
    }
}
