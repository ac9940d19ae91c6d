package dev.penstock.index;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// One column of an index while it grows, in off-heap chunks that are never moved.
final class Column {

    /// A multiple of every value's width, so that no value lies across two chunks.
    private static final int CHUNK_BYTES = 64 << 10;

    private final Arena arena;
    private final List<MemorySegment> chunks = new ArrayList<>();
    private int usedInLast = CHUNK_BYTES;

    Column(Arena arena) {
        this.arena = arena;
    }

    void addInt(int value) {
        chunkWithRoom().set(IndexLayout.INT, usedInLast, value);
        usedInLast += Integer.BYTES;
    }

    void addLong(long value) {
        chunkWithRoom().set(IndexLayout.LONG, usedInLast, value);
        usedInLast += Long.BYTES;
    }

    void addBytes(byte[] values) {
        MemorySegment source = MemorySegment.ofArray(values);
        for (int copied = 0; copied < values.length; ) {
            MemorySegment chunk = chunkWithRoom();
            int bytes = Math.min(values.length - copied, CHUNK_BYTES - usedInLast);
            MemorySegment.copy(source, copied, chunk, usedInLast, bytes);
            usedInLast += bytes;
            copied += bytes;
        }
    }

    long bytes() {
        return (long) chunks.size() * CHUNK_BYTES - (CHUNK_BYTES - usedInLast);
    }

    void copyTo(MemorySegment destination, long offset) {
        long at = offset;
        for (int c = 0; c < chunks.size(); c++) {
            int bytes = c == chunks.size() - 1 ? usedInLast : CHUNK_BYTES;
            MemorySegment.copy(chunks.get(c), 0, destination, at, bytes);
            at += bytes;
        }
    }

    private MemorySegment chunkWithRoom() {
        if (usedInLast == CHUNK_BYTES) {
            chunks.add(arena.allocate(CHUNK_BYTES, IndexLayout.COLUMN_ALIGNMENT_BYTES));
            usedInLast = 0;
        }
        return chunks.getLast();
    }
}
