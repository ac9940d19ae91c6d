package dev.penstock.daemon.socket;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.OptionalInt;
import java.util.function.IntConsumer;

/// The native form of one message: where its bytes are, and the descriptors that go with it.
///
/// ```
/// msghdr   +0 name (null)  +8 name length (0)  +16 → iovec  +24 1  +32 → control  +40 control length  +48 flags
/// iovec    +0 → bytes      +8 length
/// cmsghdr  +0 length       +8 SOL_SOCKET       +12 SCM_RIGHTS  +16 descriptors, int32 each
/// ```
///
/// Reused from call to call by one thread at a time.
final class Message {

    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int CONTROL_HEADER_BYTES = 16;

    /// More than one frame's descriptors never wait in one read: the kernel ends a read where they change.
    private static final int MOST_DESCRIPTORS = 8;

    private static final int CONTROL_BYTES = CONTROL_HEADER_BYTES + MOST_DESCRIPTORS * Integer.BYTES;

    private final MemorySegment callState;
    private final MemorySegment header;
    private final MemorySegment vector;
    private final MemorySegment control;

    Message(Arena arena) {
        callState = SocketCalls.callState(arena);
        header = arena.allocate(56, Long.BYTES);
        vector = arena.allocate(16, Long.BYTES);
        control = arena.allocate(CONTROL_BYTES, Long.BYTES);
        header.set(ValueLayout.ADDRESS, 16, vector);
        header.set(ValueLayout.JAVA_LONG, 24, 1);
        header.set(ValueLayout.ADDRESS, 32, control);
    }

    MemorySegment callState() {
        return callState;
    }

    MemorySegment header() {
        return header;
    }

    /// To send `bytes`, with a descriptor on the first of them or without.
    void sending(MemorySegment bytes, OptionalInt descriptor) {
        point(bytes);
        descriptor.ifPresent(number -> {
            control.set(ValueLayout.JAVA_LONG, 0, CONTROL_HEADER_BYTES + Integer.BYTES);
            control.set(ValueLayout.JAVA_INT, 8, SOL_SOCKET);
            control.set(ValueLayout.JAVA_INT, 12, SCM_RIGHTS);
            control.set(ValueLayout.JAVA_INT, CONTROL_HEADER_BYTES, number);
        });
        // One descriptor, padded to 8 bytes.
        header.set(ValueLayout.JAVA_LONG, 40, descriptor.isPresent() ? CONTROL_HEADER_BYTES + Long.BYTES : 0);
    }

    /// To receive into `bytes`.
    void receiving(MemorySegment bytes) {
        point(bytes);
        header.set(ValueLayout.JAVA_LONG, 40, CONTROL_BYTES);
    }

    private void point(MemorySegment bytes) {
        vector.set(ValueLayout.ADDRESS, 0, bytes);
        vector.set(ValueLayout.JAVA_LONG, 8, bytes.byteSize());
    }

    /// Hands on the descriptors that came with what was received.
    void descriptors(IntConsumer taker) {
        long controlBytes = header.get(ValueLayout.JAVA_LONG, 40);
        if (controlBytes < CONTROL_HEADER_BYTES
                || control.get(ValueLayout.JAVA_INT, 8) != SOL_SOCKET
                || control.get(ValueLayout.JAVA_INT, 12) != SCM_RIGHTS) {
            return;
        }
        long end = Math.min(control.get(ValueLayout.JAVA_LONG, 0), CONTROL_BYTES);
        for (long at = CONTROL_HEADER_BYTES; at + Integer.BYTES <= end; at += Integer.BYTES) {
            taker.accept(control.get(ValueLayout.JAVA_INT, at));
        }
    }
}
