package dev.penstock.daemon.protocol;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// Where a [FrameReader] gets bytes: a socket, or what a test made up.
@FunctionalInterface
public interface ByteSource {

    /// Waits for bytes and returns how many came; 0 at the end.
    int receive(MemorySegment into) throws IOException;
}
