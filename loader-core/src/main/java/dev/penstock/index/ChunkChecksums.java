package dev.penstock.index;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.zip.CRC32C;

/// The checksums of a shard's chunks ([ShardIndex#CHUNK_BYTES]) while its bytes stream by, from first to last.
final class ChunkChecksums {

    private final Column column;
    private final CRC32C crc = new CRC32C();
    private int chunkBytes;

    ChunkChecksums(Arena arena) {
        this.column = new Column(arena);
    }

    void add(MemorySegment bytes) {
        for (long taken = 0; taken < bytes.byteSize(); ) {
            long step = Math.min(bytes.byteSize() - taken, ShardIndex.CHUNK_BYTES - chunkBytes);
            crc.update(bytes.asSlice(taken, step).asByteBuffer());
            chunkBytes += (int) step;
            taken += step;
            if (chunkBytes == ShardIndex.CHUNK_BYTES) {
                endChunk();
            }
        }
    }

    /// The checksums of all chunks, once the last byte was added.
    Column end() {
        if (chunkBytes > 0) {
            endChunk();
        }
        return column;
    }

    private void endChunk() {
        column.addInt((int) crc.getValue());
        crc.reset();
        chunkBytes = 0;
    }
}
