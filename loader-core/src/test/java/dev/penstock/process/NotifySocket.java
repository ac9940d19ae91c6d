package dev.penstock.process;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/// The service manager's end of sd_notify(3): a datagram socket that messages are taken from, one at a time.
@SuppressWarnings("restricted") // the JDK has no datagram sockets of a host
public final class NotifySocket implements AutoCloseable {

    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int LONGEST_MESSAGE = 4096;
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle SOCKET =
            call("socket", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    private static final MethodHandle BIND =
            call("bind", ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
    private static final MethodHandle RECV = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("recv"),
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT));
    private static final MethodHandle CLOSE = call("close", ValueLayout.JAVA_INT);

    private final String address;
    private final int descriptor;

    private NotifySocket(String address, int descriptor) {
        this.address = address;
        this.descriptor = descriptor;
    }

    private static MethodHandle call(String function, MemoryLayout... parameters) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(function), FunctionDescriptor.of(ValueLayout.JAVA_INT, parameters));
    }

    /// @param address a path, or `@` and an abstract name
    public static NotifySocket bind(String address) {
        byte[] name = address.replaceFirst("^@", "\0").getBytes(StandardCharsets.UTF_8);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(Short.BYTES + name.length, Short.BYTES);
            bytes.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
            MemorySegment.copy(name, 0, bytes, ValueLayout.JAVA_BYTE, Short.BYTES, name.length);
            int descriptor = (int) SOCKET.invokeExact(AF_UNIX, SOCK_DGRAM, 0);
            if ((int) BIND.invokeExact(descriptor, bytes, (int) bytes.byteSize()) != 0) {
                throw new AssertionError("cannot bind " + address);
            }
            return new NotifySocket(address, descriptor);
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    public String address() {
        return address;
    }

    /// Waits for the next message.
    public String next() {
        return receive(0);
    }

    /// Whether a message has come that was not taken.
    public boolean hasMessage() {
        return !receive(MSG_DONTWAIT).isEmpty();
    }

    private String receive(int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment message = arena.allocate(LONGEST_MESSAGE);
            long bytes = (long) RECV.invokeExact(descriptor, message, (long) LONGEST_MESSAGE, flags);
            return bytes < 0
                    ? ""
                    : new String(message.asSlice(0, bytes).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    @Override
    public void close() {
        try {
            int _ = (int) CLOSE.invokeExact(descriptor);
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }
}
