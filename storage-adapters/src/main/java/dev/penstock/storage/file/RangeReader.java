package dev.penstock.storage.file;

import dev.penstock.store.ReadTarget;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Reads ranges of a store's files, piece by piece, each piece in the access that suits it.
///
/// A piece whose memory and position are aligned goes past the page cache where that was chosen; what lies before the
/// first aligned byte and after the last goes through it, and so does everything for memory that is never aligned, such
/// as an array. Thread-safe; blocks.
final class RangeReader implements AutoCloseable {

    /// A quarter of the usual soft limit of 1024 descriptors, so that several stores fit in one process.
    private static final int OPEN_FILE_COUNT = 256;

    /// Twice the largest alignment there is; below the 2 GiB of a `ByteBuffer`. Also bounds how long an abandoned read
    /// keeps writing.
    private static final int PIECE_BYTES = 8 << 20;

    /// What an array is read through: the system call needs memory that stays where it is.
    private static final int BOUNCE_BYTES = 256 << 10;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final OpenFiles openFiles = new OpenFiles(OPEN_FILE_COUNT);
    private final AccessChoice choice;

    /// Of the mount that the first file lies on. A file that a link leads to another mount for may need more; the
    /// kernel then refuses, as it does where there is no direct access at all.
    private volatile @Nullable Alignment alignment;

    RangeReader(AccessChoice choice) {
        this.choice = choice;
    }

    /// Fills the target from the file's bytes at `offsetBytes` on, until it is full, not wanted or at the file's end;
    /// returns how far it is filled.
    ///
    /// @param inode the file system's identity of the file
    long read(Path path, Object inode, long offsetBytes, ReadTarget target, BooleanSupplier abandoned)
            throws IOException {
        long doneBytes = target.filledBytes();
        try {
            while (target.wanted() && doneBytes < target.sizeBytes() && !abandoned.getAsBoolean()) {
                long positionBytes = offsetBytes + doneBytes;
                int readBytes = target.fill(doneBytes, PIECE_BYTES, piece -> read(path, inode, piece, positionBytes));
                if (readBytes < 0) {
                    break;
                }
                doneBytes += readBytes;
            }
        } catch (IOException failure) {
            openFiles.forget(path);
            throw failure;
        }
        return doneBytes;
    }

    private int read(Path path, Object inode, ByteBuffer piece, long positionBytes) throws IOException {
        if (!choice.measuring() && choice.kept() == Access.BUFFERED) {
            return read(path, inode, piece, positionBytes, Access.BUFFERED);
        }
        Alignment wanted = alignment(path);
        int directBytes = wanted.directBytes(piece, positionBytes);
        if (directBytes == 0) {
            ByteBuffer unaligned = piece.slice(0, wanted.bufferedBytes(piece, positionBytes));
            return read(path, inode, unaligned, positionBytes, Access.BUFFERED);
        }
        ByteBuffer aligned = piece.slice(0, directBytes);
        if (!choice.measuring() || directBytes < AccessChoice.MEASURED_BYTES) {
            return readOrFallBack(path, inode, aligned, positionBytes, choice.kept());
        }
        Access access = choice.next();
        long wallNanos = System.nanoTime();
        long cpuNanos = THREADS.getCurrentThreadCpuTime();
        int readBytes = readOrFallBack(path, inode, aligned, positionBytes, access);
        choice.measured(
                access,
                AccessCost.ofRead(
                        readBytes, System.nanoTime() - wallNanos, THREADS.getCurrentThreadCpuTime() - cpuNanos));
        return readBytes;
    }

    private int readOrFallBack(Path path, Object inode, ByteBuffer piece, long positionBytes, Access access)
            throws IOException {
        try {
            return read(path, inode, piece, positionBytes, access);
        } catch (DirectAccessException refusal) {
            if (!choice.refused(refusal)) {
                throw refusal;
            }
            return read(path, inode, piece, positionBytes, Access.BUFFERED);
        }
    }

    private int read(Path path, Object inode, ByteBuffer piece, long positionBytes, Access access) throws IOException {
        OpenFile file = openFiles.acquire(path, access, inode);
        try {
            return piece.isDirect()
                    ? file.read(MemorySegment.ofBuffer(piece), positionBytes)
                    : bounced(file, piece, positionBytes);
        } finally {
            openFiles.release(file);
        }
    }

    private static int bounced(OpenFile file, ByteBuffer piece, long positionBytes) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bounce = arena.allocate(Math.min(BOUNCE_BYTES, piece.remaining()));
            int readBytes = file.read(bounce, positionBytes);
            MemorySegment.copy(bounce, 0, MemorySegment.ofBuffer(piece), 0, Math.max(0, readBytes));
            return readBytes;
        }
    }

    private Alignment alignment(Path path) {
        Alignment known = alignment;
        if (known == null) {
            known = Alignment.of(path);
            alignment = known;
        }
        return known;
    }

    @Override
    public void close() {
        openFiles.close();
    }
}
