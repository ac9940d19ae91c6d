package dev.penstock.daemon.socket;

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
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;

/// The socket calls of the C library on Linux, x86-64 and aarch64 (their constants and structures agree).
///
/// Failures are [IOException]s with the C library's text of errno.
@SuppressWarnings("restricted") // every call leaves Java: that is what this class is for
final class SocketCalls {

    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM_CLOEXEC = 0x1 | 0x80000;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_PEERCRED = 17;
    private static final int SO_RCVTIMEO = 20;
    private static final int SHUT_RDWR = 2;
    private static final int ENOENT = 2;
    private static final int EINTR = 4;
    private static final int EAGAIN = 11;

    /// `sun_path` of `struct sockaddr_un`, which follows a 16-bit family.
    private static final int ADDRESS_PATH_BYTES = 108;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle SOCKET = intCall("socket", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    private static final MethodHandle BIND = intCall("bind", ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
    private static final MethodHandle CONNECT = intCall("connect", ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
    private static final MethodHandle LISTEN = intCall("listen", ValueLayout.JAVA_INT);
    private static final MethodHandle ACCEPT =
            intCall("accept4", ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
    private static final MethodHandle FCHMOD = intCall("fchmod", ValueLayout.JAVA_INT);
    private static final MethodHandle SHUTDOWN = intCall("shutdown", ValueLayout.JAVA_INT);
    private static final MethodHandle CLOSE = intCall("close");
    private static final MethodHandle GETSOCKOPT =
            intCall("getsockopt", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS);
    private static final MethodHandle SETSOCKOPT = intCall(
            "setsockopt", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
    private static final MethodHandle SENDMSG = messageCall("sendmsg");
    private static final MethodHandle RECVMSG = messageCall("recvmsg");
    private static final MethodHandle SENDTO = withErrno(
            "sendto",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_INT));
    private static final MethodHandle STRERROR = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("strerror"),
            FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT));

    private SocketCalls() {}

    /// A function of a descriptor, or of a family where it makes one, and `rest`.
    private static MethodHandle intCall(String function, MemoryLayout... rest) {
        return withErrno(
                function,
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT)
                        .appendArgumentLayouts(rest));
    }

    private static MethodHandle messageCall(String function) {
        return withErrno(
                function,
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    }

    private static MethodHandle withErrno(String function, FunctionDescriptor type) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(function), type, Linker.Option.captureCallState("errno"));
    }

    /// Where a call leaves errno.
    static MemorySegment callState(Arena arena) {
        return arena.allocate(CALL_STATE);
    }

    static int socket() throws IOException {
        return socket(SOCK_STREAM_CLOEXEC);
    }

    static int socket(int type) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = callState(arena);
            return checked(state, (int) SOCKET.invokeExact(state, AF_UNIX, type, 0));
        } catch (Throwable failure) {
            throw rethrown(failure);
        }
    }

    /// Binds with a mode that is in force from the first moment: Linux takes that of the unbound socket.
    static void bind(int descriptor, Path path, int mode) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = callState(arena);
            MemorySegment address = address(path, arena);
            checked(state, (int) FCHMOD.invokeExact(state, descriptor, mode));
            checked(state, (int) BIND.invokeExact(state, descriptor, address, (int) address.byteSize()));
        } catch (Throwable failure) {
            throw rethrown(failure);
        }
    }

    static void listen(int descriptor, int backlog) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = callState(arena);
            checked(state, (int) LISTEN.invokeExact(state, descriptor, backlog));
        } catch (Throwable failure) {
            throw rethrown(failure);
        }
    }

    static void connect(int descriptor, Path path) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = callState(arena);
            MemorySegment address = address(path, arena);
            int result = (int) CONNECT.invokeExact(state, descriptor, address, (int) address.byteSize());
            if (result != 0 && (int) ERRNO.get(state, 0L) == ENOENT) {
                throw new NoSuchFileException(path.toString());
            }
            checked(state, result);
        } catch (Throwable failure) {
            throw rethrown(failure);
        }
    }

    static int accept(int descriptor) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = callState(arena);
            while (true) {
                int accepted = (int)
                        ACCEPT.invokeExact(state, descriptor, MemorySegment.NULL, MemorySegment.NULL, SOCK_CLOEXEC);
                if (accepted >= 0 || (int) ERRNO.get(state, 0L) != EINTR) {
                    return checked(state, accepted);
                }
            }
        } catch (Throwable failure) {
            throw rethrown(failure);
        }
    }

    /// Sends one message to a socket that is not connected.
    ///
    /// @param name a path, or a zero and an abstract name, which ends where the array does
    static void sendTo(int descriptor, byte[] name, MemorySegment bytes, int flags) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = callState(arena);
            MemorySegment address = address(name, arena);
            while (true) {
                long sent = (long) SENDTO.invokeExact(
                        state, descriptor, bytes, bytes.byteSize(), flags, address, (int) address.byteSize());
                if (sent >= 0) {
                    return;
                }
                if ((int) ERRNO.get(state, 0L) != EINTR) {
                    throw new IOException(errnoText(state));
                }
            }
        } catch (Throwable failure) {
            throw rethrown(failure);
        }
    }

    /// Whether a path stands for a name of Linux's abstract namespace, as `@name` does for other tools too: there is no
    /// file, and the name is gone with whoever listens there.
    static boolean isAbstract(Path path) {
        return path.toString().startsWith("@");
    }

    /// Fails for a path that is too long for a socket.
    static void requireAddress(Path path) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            address(path, arena);
        }
    }

    private static MemorySegment address(Path path, Arena arena) throws IOException {
        byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
        if (isAbstract(path)) {
            name[0] = 0;
        }
        return address(name, arena);
    }

    private static MemorySegment address(byte[] name, Arena arena) throws IOException {
        if (name.length >= ADDRESS_PATH_BYTES) {
            throw new IOException("the path of a Unix domain socket has " + (ADDRESS_PATH_BYTES - 1)
                    + " bytes at most, this one " + name.length);
        }
        MemorySegment address = arena.allocate(Short.BYTES + ADDRESS_PATH_BYTES, Short.BYTES);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
        MemorySegment.copy(name, 0, address, ValueLayout.JAVA_BYTE, Short.BYTES, name.length);
        // An abstract name ends where the address does, any other at its zero.
        return name[0] == 0 ? address.asSlice(0, Short.BYTES + name.length) : address;
    }

    /// Sends a message and returns how many of its bytes went.
    static int send(int descriptor, Message message, int flags) throws IOException {
        return transfer(SENDMSG, descriptor, message, flags);
    }

    /// Waits for bytes and returns how many came; 0 at the end of the stream.
    static int receive(int descriptor, Message message, int flags) throws IOException {
        return transfer(RECVMSG, descriptor, message, flags);
    }

    private static int transfer(MethodHandle call, int descriptor, Message message, int flags) throws IOException {
        MemorySegment state = message.callState();
        try {
            while (true) {
                long moved = (long) call.invokeExact(state, descriptor, message.header(), flags);
                if (moved >= 0) {
                    return (int) moved;
                }
                int errno = (int) ERRNO.get(state, 0L);
                if (errno == EAGAIN) {
                    throw new SocketBusyException();
                }
                if (errno != EINTR) {
                    throw new IOException(errnoText(state));
                }
            }
        } catch (Throwable failure) {
            throw rethrown(failure);
        }
    }

    static PeerCredentials peer(int descriptor) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = callState(arena);
            MemorySegment credentials = arena.allocate(ValueLayout.JAVA_INT, 3);
            MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, (int) credentials.byteSize());
            checked(state, (int)
                    GETSOCKOPT.invokeExact(state, descriptor, SOL_SOCKET, SO_PEERCRED, credentials, length));
            return new PeerCredentials(
                    credentials.getAtIndex(ValueLayout.JAVA_INT, 0),
                    credentials.getAtIndex(ValueLayout.JAVA_INT, 1),
                    credentials.getAtIndex(ValueLayout.JAVA_INT, 2));
        } catch (Throwable failure) {
            throw rethrown(failure);
        }
    }

    /// Bounds how long a read waits; zero is without a bound.
    static void receiveTimeout(int descriptor, Duration timeout) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = callState(arena);
            MemorySegment time = arena.allocate(ValueLayout.JAVA_LONG, 2);
            time.setAtIndex(ValueLayout.JAVA_LONG, 0, timeout.toSeconds());
            time.setAtIndex(ValueLayout.JAVA_LONG, 1, timeout.toNanosPart() / 1000L);
            checked(state, (int)
                    SETSOCKOPT.invokeExact(state, descriptor, SOL_SOCKET, SO_RCVTIMEO, time, (int) time.byteSize()));
        } catch (Throwable failure) {
            throw rethrown(failure);
        }
    }

    /// Ends both directions and wakes whoever waits; an other side that is already gone is no error.
    static void shutdown(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            int _ = (int) SHUTDOWN.invokeExact(callState(arena), descriptor, SHUT_RDWR);
        } catch (Throwable failure) {
            throw unchecked(failure);
        }
    }

    /// On Linux a descriptor is gone after this, whatever it returns.
    static void close(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            int _ = (int) CLOSE.invokeExact(callState(arena), descriptor);
        } catch (Throwable failure) {
            throw unchecked(failure);
        }
    }

    private static int checked(MemorySegment state, int result) throws Throwable {
        if (result < 0) {
            throw new IOException(errnoText(state));
        }
        return result;
    }

    private static String errnoText(MemorySegment state) throws Throwable {
        MemorySegment text = (MemorySegment) STRERROR.invokeExact((int) ERRNO.get(state, 0L));
        return text.reinterpret(Long.MAX_VALUE).getString(0);
    }

    private static RuntimeException rethrown(Throwable failure) throws IOException {
        if (failure instanceof IOException io) {
            throw io;
        }
        return unchecked(failure);
    }

    private static RuntimeException unchecked(Throwable failure) {
        return switch (failure) {
            case RuntimeException runtime -> runtime;
            case Error error -> throw error;
            default -> new IllegalStateException("a downcall threw a checked exception", failure);
        };
    }
}
