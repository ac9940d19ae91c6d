package dev.penstock.daemon.socket;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.OptionalInt;

/// One end of a connection between two processes of a host.
///
/// Ownership: whoever connected or accepted closes; descriptors that were received and not taken are closed with it.
/// Threading: one thread receives, any thread sends (a message goes whole and unmixed) and closes. Closing wakes the
/// receiver, and the descriptor is freed only after the last call that uses it, so no call ever meets a number that
/// means another file by then.
public final class LocalSocket implements AutoCloseable {

    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;

    private final UsedDescriptor descriptor;
    private final Message incoming;
    private final Message outgoing;
    private final ArrayDeque<Integer> received = new ArrayDeque<>();

    LocalSocket(int number) {
        // Freed when the socket is collected: a call may still be using them when the socket is closed.
        Arena buffers = Arena.ofAuto();
        incoming = new Message(buffers);
        outgoing = new Message(buffers);
        descriptor = new UsedDescriptor(number);
    }

    /// Connects to whoever listens at `path`; NoSuchFileException where nobody ever did.
    public static LocalSocket connect(Path path) throws IOException {
        int number = SocketCalls.socket();
        try {
            SocketCalls.connect(number, path);
        } catch (IOException refused) {
            SocketCalls.close(number);
            throw refused;
        }
        return new LocalSocket(number);
    }

    /// Waits for bytes and returns how many came; 0 at the end of the stream. Descriptors that came along wait for
    /// [#takeDescriptor()].
    ///
    /// @param into native
    public int receive(MemorySegment into) throws IOException {
        int number = descriptor.use();
        try {
            incoming.receiving(into);
            int bytes = SocketCalls.receive(number, incoming, MSG_CMSG_CLOEXEC);
            incoming.descriptors(received::add);
            return bytes;
        } finally {
            descriptor.leave();
        }
    }

    /// The first descriptor that was received and not taken, which is the caller's to close from now on.
    public OptionalInt takeDescriptor() {
        Integer first = received.poll();
        return first == null ? OptionalInt.empty() : OptionalInt.of(first);
    }

    /// Sends all of `bytes`, waiting for the reader where it must.
    ///
    /// @param bytes native
    public synchronized void send(MemorySegment bytes) throws IOException {
        send(bytes, OptionalInt.empty(), MSG_NOSIGNAL);
    }

    /// Sends all of `bytes` or fails with [SocketBusyException], after which the connection is of no use: never waits.
    public synchronized void sendNow(MemorySegment bytes) throws IOException {
        send(bytes, OptionalInt.empty(), MSG_NOSIGNAL | MSG_DONTWAIT);
    }

    /// The same with a descriptor, of which the other process gets one of its own.
    public synchronized void sendNow(MemorySegment bytes, int shared) throws IOException {
        send(bytes, OptionalInt.of(shared), MSG_NOSIGNAL | MSG_DONTWAIT);
    }

    private void send(MemorySegment bytes, OptionalInt shared, int flags) throws IOException {
        int number = descriptor.use();
        try {
            OptionalInt first = shared;
            for (long sent = 0; sent < bytes.byteSize(); ) {
                outgoing.sending(bytes.asSlice(sent), first);
                sent += SocketCalls.send(number, outgoing, flags);
                first = OptionalInt.empty();
            }
        } finally {
            descriptor.leave();
        }
    }

    /// Who connected, or who listens.
    public PeerCredentials peer() throws IOException {
        int number = descriptor.use();
        try {
            return SocketCalls.peer(number);
        } finally {
            descriptor.leave();
        }
    }

    /// Bounds how long [#receive] waits before it fails with [SocketBusyException]; zero is without a bound.
    public void receiveTimeout(Duration timeout) throws IOException {
        int number = descriptor.use();
        try {
            SocketCalls.receiveTimeout(number, timeout);
        } finally {
            descriptor.leave();
        }
    }

    /// Closes a descriptor that [#takeDescriptor()] gave.
    public static void closeDescriptor(int number) {
        SocketCalls.close(number);
    }

    /// Ends the connection. Closing twice does nothing.
    @Override
    public void close() {
        descriptor.close();
    }

    /// Closes the descriptors that were received and not taken; called by the receiving thread when it has ended.
    public void discardDescriptors() {
        for (Integer number = received.poll(); number != null; number = received.poll()) {
            SocketCalls.close(number);
        }
    }
}
