package dev.penstock.daemon.socket;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/// One message to a datagram socket of this host, which the JDK has no channel for.
public final class LocalDatagram {

    private static final int SOCK_DGRAM_CLOEXEC = 0x2 | 0x80000;
    private static final int MSG_NOSIGNAL = 0x4000;

    private LocalDatagram() {}

    /// Sends `text` whole or fails; waits while the receiver's queue is full.
    ///
    /// @param address the path of the socket, or `@` and its abstract name (unix(7))
    public static void send(String address, String text) throws IOException {
        byte[] name = address.getBytes(StandardCharsets.UTF_8);
        if (name[0] == '@') {
            name[0] = 0;
        }
        int descriptor = SocketCalls.socket(SOCK_DGRAM_CLOEXEC);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, text.getBytes(StandardCharsets.UTF_8));
            SocketCalls.sendTo(descriptor, name, bytes, MSG_NOSIGNAL);
        } finally {
            SocketCalls.close(descriptor);
        }
    }
}
