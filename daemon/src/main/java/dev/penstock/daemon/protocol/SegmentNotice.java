package dev.penstock.daemon.protocol;

import dev.penstock.memory.SharedAccess;
import java.lang.foreign.MemorySegment;

/// A segment that batches will lie in; its descriptor comes with the frame.
///
/// ```
/// +0 u32 number  +4 u32 access: 0 read, 1 write  +8 u64 bytes
/// ```
public record SegmentNotice(int number, SharedAccess access, long bytes) {

    static final int BYTES = 16;

    public static SegmentNotice decode(MemorySegment body) throws MalformedFrameException {
        SharedAccess access = switch (body.get(Wire.U32, 4)) {
            case 0 -> SharedAccess.READ;
            case 1 -> SharedAccess.WRITE;
            default -> throw new MalformedFrameException("SEGMENT of unknown access");
        };
        return new SegmentNotice(body.get(Wire.U32, 0), access, body.get(Wire.U64, 8));
    }

    void encode(MemorySegment to) {
        to.set(Wire.U32, 0, number);
        to.set(Wire.U32, 4, access == SharedAccess.READ ? 0 : 1);
        to.set(Wire.U64, 8, bytes);
    }
}
