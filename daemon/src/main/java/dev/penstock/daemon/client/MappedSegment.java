package dev.penstock.daemon.client;

import dev.penstock.daemon.protocol.MalformedFrameException;
import dev.penstock.daemon.protocol.SegmentNotice;
import dev.penstock.memory.SharedAccess;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/// A segment of the daemon's memory as this process has it mapped.
///
/// It stays mapped, whatever becomes of the daemon, until it was retired and the last batch in it was closed. Guarded
/// by its session's lock.
final class MappedSegment {

    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory;
    private int held;
    private boolean retired;

    private MappedSegment(FileChannel file, SegmentNotice notice) throws IOException {
        MapMode mode = notice.access() == SharedAccess.READ ? MapMode.READ_ONLY : MapMode.READ_WRITE;
        memory = file.map(mode, 0, notice.bytes(), arena);
    }

    /// Maps the memory behind a descriptor, which stays the caller's.
    static MappedSegment map(int descriptor, SegmentNotice notice) throws IOException {
        Set<OpenOption> options = notice.access() == SharedAccess.READ
                ? Set.of(StandardOpenOption.READ)
                : Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
        try (FileChannel file = FileChannel.open(Path.of("/proc/self/fd/" + descriptor), options)) {
            return new MappedSegment(file, notice);
        }
    }

    /// A slot, which is held until [#release()]; fails for one that is not in the segment.
    MemorySegment hold(long offset, long bytes) throws MalformedFrameException {
        if (offset < 0 || bytes < 0 || offset > memory.byteSize() - bytes) {
            throw new MalformedFrameException(
                    "BATCH at " + offset + " of " + bytes + " bytes, in a segment of " + memory.byteSize());
        }
        held++;
        return memory.asSlice(offset, bytes);
    }

    void release() {
        held--;
        unmapWhenUnused();
    }

    /// No later batch is in this segment.
    void retire() {
        retired = true;
        unmapWhenUnused();
    }

    /// Unmaps, whatever is still held: using that throws from now on.
    void reap() {
        if (isMapped()) {
            arena.close();
        }
    }

    long sizeBytes() {
        return memory.byteSize();
    }

    boolean isMapped() {
        return arena.scope().isAlive();
    }

    private void unmapWhenUnused() {
        if (retired && held == 0) {
            reap();
        }
    }
}
