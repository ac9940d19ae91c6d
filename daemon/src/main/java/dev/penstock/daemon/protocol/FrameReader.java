package dev.penstock.daemon.protocol;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// Cuts a stream of bytes into frames, and refuses what is none.
///
/// A length is checked before anything is allocated for it. An exception of the source, such as a time-out, leaves
/// what has come where it is: the next call goes on. Threading: one thread at a time.
public final class FrameReader {

    /// Many announcements at a time; requests are smaller.
    private static final int INITIAL_BYTES = 16 << 10;

    private final ByteSource source;
    private MemorySegment buffer = allocate(INITIAL_BYTES);

    /// The unread bytes are those from `begin` to `end`.
    private int begin;

    private int end;

    public FrameReader(ByteSource source) {
        this.source = source;
    }

    private static MemorySegment allocate(long bytes) {
        return Arena.ofAuto().allocate(bytes);
    }

    /// Waits for a frame; null at the end of the stream. Fails with [MalformedFrameException].
    public @Nullable Frame next() throws IOException {
        if (!fill(Wire.HEADER_BYTES)) {
            return null;
        }
        int bodyBytes = bodyBytes();
        int code = buffer.get(Wire.U32, begin + 4);
        FrameType type = FrameType.of((byte) code);
        if (type == null || code >>> 8 != 0) {
            throw new MalformedFrameException("frame of unknown type " + Integer.toUnsignedString(code));
        }
        if (!type.takesBody(bodyBytes)) {
            throw new MalformedFrameException(
                    type + " frame with a body of " + Integer.toUnsignedString(bodyBytes) + " bytes");
        }
        if (!fill(Wire.HEADER_BYTES + bodyBytes)) {
            throw new MalformedFrameException("the stream ended within a frame");
        }
        Frame frame = new Frame(type, buffer.asSlice((long) begin + Wire.HEADER_BYTES, bodyBytes));
        begin += Wire.HEADER_BYTES + bodyBytes;
        return frame;
    }

    /// Whether [#next()] would return without reading.
    public boolean hasNext() {
        int there = end - begin;
        return there >= Wire.HEADER_BYTES && there - Wire.HEADER_BYTES >= Integer.toUnsignedLong(bodyBytes());
    }

    private int bodyBytes() {
        return buffer.get(Wire.U32, begin);
    }

    /// Reads until `bytes` are there; false where the stream ends before the first of them.
    private boolean fill(int bytes) throws IOException {
        while (end - begin < bytes) {
            if (begin + bytes > buffer.byteSize()) {
                makeRoom(bytes);
            }
            int received = source.receive(buffer.asSlice(end));
            if (received == 0) {
                if (end == begin) {
                    return false;
                }
                throw new MalformedFrameException("the stream ended within a frame");
            }
            end += received;
        }
        return true;
    }

    private void makeRoom(int bytes) {
        MemorySegment from = buffer;
        if (bytes > buffer.byteSize()) {
            buffer = allocate(bytes);
        }
        MemorySegment.copy(from, ValueLayout.JAVA_BYTE, begin, buffer, ValueLayout.JAVA_BYTE, 0, end - begin);
        end -= begin;
        begin = 0;
    }
}
