package dev.penstock.fetch;

import dev.penstock.index.DatasetIndex;
import dev.penstock.index.ShardIndex;
import dev.penstock.tier.BlockMap;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.zip.CRC32C;

/// Blocks compared with the index, chunk by chunk ([ShardIndex#CHUNK_BYTES]).
///
/// Only chunks that lie in the block as a whole can be summed: every one where blocks are multiples of chunks, and none
/// where they are smaller and the shard is not.
final class BlockChecksums {

    private final DatasetIndex index;
    private final BlockMap map;

    /// @param map of the shards of `index`, in its order
    BlockChecksums(DatasetIndex index, BlockMap map) {
        if (index.shardCount() != map.objectCount()) {
            throw new IllegalArgumentException(
                    "the index has " + index.shardCount() + " shards, the block map " + map.objectCount());
        }
        this.index = index;
        this.map = map;
    }

    /// The first chunk of the block whose bytes are not those of the index.
    Optional<ChunkMismatch> firstMismatch(int block, MemorySegment bytes) {
        ShardIndex shard = index.shard(map.object(block));
        long blockStart = map.offsetBytes(block);
        long blockEnd = blockStart + bytes.byteSize();
        CRC32C crc = new CRC32C();
        int chunk = (int) Math.ceilDiv(blockStart, (long) ShardIndex.CHUNK_BYTES);
        for (; chunk < shard.chunkCount(); chunk++) {
            long start = (long) chunk * ShardIndex.CHUNK_BYTES;
            long end = Math.min(start + ShardIndex.CHUNK_BYTES, shard.object().sizeBytes());
            if (end > blockEnd) {
                break;
            }
            crc.reset();
            crc.update(bytes.asSlice(start - blockStart, end - start).asByteBuffer());
            int found = (int) crc.getValue();
            int expected = shard.chunkCrc32c(chunk);
            if (found != expected) {
                return Optional.of(
                        new ChunkMismatch(shard.object().key(), start, (int) (end - start), expected, found));
            }
        }
        return Optional.empty();
    }
}
