package dev.penstock.storage.file;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.Charset;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// The file calls of the C library on Linux, x86-64 and aarch64.
///
/// The JDK's channels do not tell their descriptor, without which there is no advice to the kernel, and an interrupt
/// closes them under every other reader. Failures are [IOException]s with the C library's text of errno.
@SuppressWarnings("restricted") // every call leaves Java: that is what this class is for
final class LinuxFiles {

    private static final int O_RDONLY_CLOEXEC = 0x80000;
    private static final int O_DIRECT = System.getProperty("os.arch").equals("aarch64") ? 0x10000 : 0x4000;
    private static final int POSIX_FADV_RANDOM = 1;

    /// What the JDK writes file names in.
    private static final Charset FILE_NAMES = Charset.forName(System.getProperty("native.encoding"));

    private static final int END_OF_FILE = -1;
    private static final int ENOENT = 2;
    private static final int EINTR = 4;
    private static final int EACCES = 13;
    private static final int EINVAL = 22;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle OPEN = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("open"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
            Linker.Option.firstVariadicArg(2),
            Linker.Option.captureCallState("errno"));
    private static final MethodHandle PREAD = withErrno(
            "pread",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG));
    private static final MethodHandle CLOSE =
            withErrno("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    private static final MethodHandle POSIX_FADVISE = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("posix_fadvise"),
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT));
    private static final MethodHandle STRERROR = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("strerror"),
            FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT));

    private LinuxFiles() {}

    private static MethodHandle withErrno(String function, FunctionDescriptor type) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(function), type, Linker.Option.captureCallState("errno"));
    }

    /// Opens a file to read and returns its descriptor.
    ///
    /// A descriptor for buffered reads is advised that reads come in no order, so that the kernel reads what is asked
    /// for and nothing ahead of it: what comes next is known to the read plan, and not to the kernel. Where a file
    /// system has no use for the advice, nothing is lost.
    static int open(Path path, Access access) throws IOException {
        int flags = access == Access.DIRECT ? O_RDONLY_CLOEXEC | O_DIRECT : O_RDONLY_CLOEXEC;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(CALL_STATE);
            int descriptor = (int) OPEN.invokeExact(state, arena.allocateFrom(path.toString(), FILE_NAMES), flags);
            if (descriptor < 0) {
                throw failure(path, access, state);
            }
            if (access == Access.BUFFERED) {
                int _ = (int) POSIX_FADVISE.invokeExact(descriptor, 0L, 0L, POSIX_FADV_RANDOM);
            }
            return descriptor;
        } catch (Throwable failure) {
            throw rethrown(failure);
        }
    }

    /// Reads into `memory` and returns how many bytes that were, negative at the end of the file.
    ///
    /// @param memory native and not empty; it cannot be closed meanwhile
    static int read(OpenFile file, MemorySegment memory, long positionBytes) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(CALL_STATE);
            while (true) {
                long read =
                        (long) PREAD.invokeExact(state, file.descriptor(), memory, memory.byteSize(), positionBytes);
                if (read >= 0) {
                    return read == 0 ? END_OF_FILE : (int) read;
                }
                if ((int) ERRNO.get(state, 0L) != EINTR) {
                    throw failure(file.path(), file.access(), state);
                }
            }
        } catch (Throwable failure) {
            throw rethrown(failure);
        }
    }

    static void close(int descriptor) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(CALL_STATE);
            if ((int) CLOSE.invokeExact(state, descriptor) != 0) {
                throw new IOException(errnoText(state));
            }
        } catch (Throwable failure) {
            throw rethrown(failure);
        }
    }

    private static IOException failure(Path path, Access access, MemorySegment state) throws Throwable {
        int errno = (int) ERRNO.get(state, 0L);
        if (errno == EINVAL && access == Access.DIRECT) {
            return new DirectAccessException(path, errnoText(state));
        }
        return switch (errno) {
            case ENOENT -> new NoSuchFileException(path.toString());
            case EACCES -> new AccessDeniedException(path.toString());
            default -> new FileSystemException(path.toString(), null, errnoText(state));
        };
    }

    private static String errnoText(MemorySegment state) throws Throwable {
        MemorySegment text = (MemorySegment) STRERROR.invokeExact((int) ERRNO.get(state, 0L));
        return text.reinterpret(Long.MAX_VALUE).getString(0);
    }

    private static RuntimeException rethrown(Throwable failure) throws IOException {
        return switch (failure) {
            case IOException io -> throw io;
            case RuntimeException unchecked -> unchecked;
            case Error error -> throw error;
            default -> new IllegalStateException("a downcall threw a checked exception", failure);
        };
    }
}
