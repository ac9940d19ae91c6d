package dev.penstock.tier;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// One file of frames, each a [SlabHeader] and room for one block; grows to the highest frame written.
///
/// A write empties the header, then writes the bytes, then the header: whenever the process dies, a frame holds the
/// old block, no block, or the new block. The order of writes is kept by the page cache when a process is killed; a
/// power cut may reorder them, and then the checksums tell. Nothing is synced: what is lost can be fetched again.
///
/// Blocking; for platform threads that are never interrupted, since an interrupt closes the channel. Threads may
/// share a slab, but not a frame that one of them writes.
final class Slab implements AutoCloseable {

    private final FileChannel channel;
    private final long frameBytes;
    private final int reachedFrames;

    /// @param frameCount what lies behind the last frame is cut off
    Slab(Path file, int frameCount, int blockBytes) throws IOException {
        this.frameBytes = frameBytes(blockBytes);
        this.channel = CacheDirectory.openOwn(file);
        channel.truncate(frameCount * frameBytes);
        this.reachedFrames = (int) Math.ceilDiv(channel.size(), frameBytes);
    }

    static long frameBytes(int blockBytes) {
        return (long) SlabHeader.BYTES + blockBytes;
    }

    /// The frames up to the end of the file; those behind it hold nothing yet.
    int reachedFrames() {
        return reachedFrames;
    }

    /// The header of a frame; null when the frame holds no block.
    @Nullable
    SlabHeader header(int frame) throws IOException {
        ByteBuffer page = ByteBuffer.allocate(SlabHeader.BYTES);
        return readFully(page, frame * frameBytes) ? SlabHeader.decode(page.rewind()) : null;
    }

    /// Fills `bytes` with a block; false when the frame does not hold exactly that block, whole.
    boolean read(int frame, long keyHigh, long keyLow, ByteBuffer bytes) throws IOException {
        SlabHeader header = header(frame);
        return header != null
                && readFully(bytes.duplicate(), frame * frameBytes + SlabHeader.BYTES)
                && header.describes(keyHigh, keyLow, bytes);
    }

    void write(int frame, long keyHigh, long keyLow, ByteBuffer bytes) throws IOException {
        SlabHeader header = SlabHeader.of(keyHigh, keyLow, bytes);
        empty(frame);
        writeFully(bytes.duplicate(), frame * frameBytes + SlabHeader.BYTES);
        writeFully(header.encode(), frame * frameBytes);
    }

    /// Makes a frame hold no block.
    void empty(int frame) throws IOException {
        writeFully(ByteBuffer.allocate(SlabHeader.BYTES), frame * frameBytes);
    }

    private boolean readFully(ByteBuffer bytes, long at) throws IOException {
        long position = at;
        while (bytes.hasRemaining()) {
            int count = channel.read(bytes, position);
            if (count < 0) {
                return false;
            }
            position += count;
        }
        return true;
    }

    private void writeFully(ByteBuffer bytes, long at) throws IOException {
        long position = at;
        while (bytes.hasRemaining()) {
            position += channel.write(bytes, position);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
