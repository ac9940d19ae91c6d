package dev.penstock.daemon.protocol;

import dev.penstock.batch.BatchLayout;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;

/// Writes frames, each of them whole. Threading: any thread.
public final class FrameWriter {

    private final ByteSink sink;
    private MemorySegment buffer = Arena.ofAuto().allocate(4096);

    /// Takes whole frames.
    @FunctionalInterface
    public interface ByteSink {

        void send(MemorySegment frame) throws IOException;
    }

    public FrameWriter(ByteSink sink) {
        this.sink = sink;
    }

    /// Writes a frame whose body is known.
    public void write(FrameType type, byte[] body) throws IOException {
        write(type, body.length, to -> MemorySegment.copy(body, 0, to, ValueLayout.JAVA_BYTE, 0, body.length), sink);
    }

    public void write(Hello hello) throws IOException {
        write(FrameType.HELLO, Hello.BYTES, hello::encode, sink);
    }

    public void write(Welcome welcome) throws IOException {
        write(FrameType.WELCOME, Welcome.BYTES, welcome::encode, sink);
    }

    /// @param carrying sends the frame with the segment's descriptor
    public void write(SegmentNotice segment, ByteSink carrying) throws IOException {
        write(FrameType.SEGMENT, SegmentNotice.BYTES, segment::encode, carrying);
    }

    public void write(Announcement batch) throws IOException {
        BatchLayout layout = batch.layout();
        write(FrameType.BATCH, Announcement.bytes(layout.kind(), layout.fieldCount()), batch::encode, sink);
    }

    /// Writes RELEASE for at least one ticket.
    public void release(long... tickets) throws IOException {
        write(
                FrameType.RELEASE,
                tickets.length * Long.BYTES,
                to -> MemorySegment.copy(tickets, 0, to, Wire.U64, 0, tickets.length),
                sink);
    }

    /// Writes END.
    public void end(long step) throws IOException {
        write(FrameType.END, Long.BYTES, to -> to.set(Wire.U64, 0, step), sink);
    }

    /// Writes RETIRED.
    public void retired(int segment) throws IOException {
        write(FrameType.RETIRED, Integer.BYTES, to -> to.set(Wire.U32, 0, segment), sink);
    }

    private synchronized void write(FrameType type, int bodyBytes, Consumer<MemorySegment> body, ByteSink to)
            throws IOException {
        if (!type.takesBody(bodyBytes)) {
            throw new IllegalArgumentException(type + " frame with a body of " + bodyBytes + " bytes");
        }
        int frameBytes = Wire.HEADER_BYTES + bodyBytes;
        if (buffer.byteSize() < frameBytes) {
            buffer = Arena.ofAuto().allocate(frameBytes);
        }
        buffer.set(Wire.U32, 0, bodyBytes);
        buffer.set(Wire.U32, 4, Byte.toUnsignedInt(type.code()));
        body.accept(buffer.asSlice(Wire.HEADER_BYTES, bodyBytes));
        to.send(buffer.asSlice(0, frameBytes));
    }
}
