package dev.penstock.store;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

/// The memory that a range is read into, and the gate that every byte for it passes.
///
/// Bytes arrive in order from the start, so [#filledBytes()] says what is still missing: a read that is begun again
/// after a broken connection, or a second one beside a slow one, asks only for the rest. Several readers may write at
/// a time; each begins at the filled length it saw and leaves no gap. They carry the same bytes of the same version of
/// one object, so where they overlap it does not matter which one wrote last.
///
/// Ownership: the memory belongs to whoever made the target. Once [#close()] has returned, no reader touches it again,
/// whatever its request still does. Threading: any thread; a write holds a lock for the time of one copy.
public final class ReadTarget {

    /// Reads bytes into a buffer, as a channel does.
    @FunctionalInterface
    public interface Reader {

        /// Fills a part of `piece` and returns how many bytes that were; negative at the end of what there is.
        int read(ByteBuffer piece) throws IOException;
    }

    private final MemorySegment segment;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile long filledBytes;
    private long receivedBytes;
    private volatile boolean closed;

    /// @param segment accessible from any thread, and native or over a `byte[]`
    public ReadTarget(MemorySegment segment) {
        this.segment = segment;
    }

    public long sizeBytes() {
        return segment.byteSize();
    }

    /// How many bytes from the start on are in place.
    public long filledBytes() {
        return filledBytes;
    }

    /// Bytes that readers brought, those included that were here already.
    public long receivedBytes() {
        lock.lock();
        try {
            return receivedBytes;
        } finally {
            lock.unlock();
        }
    }

    /// Whether bytes are still wanted: not all are in place, and the target is open.
    public boolean wanted() {
        return !closed && filledBytes < segment.byteSize();
    }

    /// Copies the buffer's remaining bytes to `positionBytes`, and returns whether more are wanted afterwards.
    ///
    /// @param positionBytes at most [#filledBytes()]; the bytes must end inside the target
    public boolean write(long positionBytes, ByteBuffer bytes) {
        int length = bytes.remaining();
        lock.lock();
        try {
            Objects.checkFromIndexSize(positionBytes, length, segment.byteSize());
            requireNoGap(positionBytes);
            receivedBytes += length;
            if (closed) {
                return false;
            }
            MemorySegment.copy(MemorySegment.ofBuffer(bytes), 0, segment, positionBytes, length);
            filledBytes = Math.max(filledBytes, positionBytes + length);
            return filledBytes < segment.byteSize();
        } finally {
            lock.unlock();
        }
    }

    /// Lets a reader that blocks write for itself at `positionBytes`, and returns what it returned; 0 without asking it
    /// when nothing is wanted any more.
    ///
    /// @param positionBytes at most [#filledBytes()]
    /// @param mostBytes length of the piece, which [#close()] waits for; the rest of the target where that is less
    public int fill(long positionBytes, int mostBytes, Reader reader) throws IOException {
        lock.lock();
        try {
            requireNoGap(positionBytes);
            if (!wanted()) {
                return 0;
            }
            long pieceBytes = Math.min(mostBytes, segment.byteSize() - positionBytes);
            int read = reader.read(segment.asSlice(positionBytes, pieceBytes).asByteBuffer());
            if (read > 0) {
                receivedBytes += read;
                filledBytes = Math.max(filledBytes, positionBytes + read);
            }
            return read;
        } finally {
            lock.unlock();
        }
    }

    private void requireNoGap(long positionBytes) {
        if (positionBytes > filledBytes) {
            throw new IllegalStateException(
                    "a reader wrote at " + positionBytes + " of a target filled to " + filledBytes);
        }
    }

    /// Refuses every later write; waits for one under way. Closing twice does nothing.
    public void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
    }
}
