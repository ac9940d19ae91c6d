package dev.penstock.daemon.protocol;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// One frame as it was received.
///
/// @param body in the reader's buffer: valid until its next frame is read
public record Frame(FrameType type, MemorySegment body) {

    /// A copy of the body.
    public byte[] bytes() {
        return body.toArray(ValueLayout.JAVA_BYTE);
    }
}
