package dev.penstock.laws;

import dev.penstock.index.DatasetIndex;
import dev.penstock.index.ShardIndex;
import dev.penstock.store.ObjectStore;
import java.lang.foreign.MemorySegment;
import java.util.zip.CRC32C;

/// A small dataset under test: the index the loader goes by, the store it reads from, and a second opinion on bytes.
///
/// @param reference a store with the same objects that the loader does not use, such as the directory behind a
///     store that fails on purpose
public record LawDataset(DatasetIndex index, ObjectStore store, ObjectStore reference) implements AutoCloseable {

    /// CRC-32C of a sample's stored bytes, fields in order, read from the reference store and not through any tier.
    public long storedCrc32c(long sample) {
        int shardNumber = index.shardOf(sample);
        ShardIndex shard = index.shard(shardNumber);
        int local = (int) (sample - index.firstSample(shardNumber));
        CRC32C sum = new CRC32C();
        for (int field = 0; field < index.fields().size(); field++) {
            byte[] bytes = new byte[shard.storedBytes(local, field)];
            if (bytes.length > 0) {
                reference
                        .read(shard.object(), shard.offset(local, field), MemorySegment.ofArray(bytes))
                        .block();
            }
            sum.update(bytes);
        }
        return sum.getValue();
    }

    /// Bytes of all samples.
    public long storedBytes() {
        long bytes = 0;
        for (int number = 0; number < index.shardCount(); number++) {
            ShardIndex shard = index.shard(number);
            for (int sample = 0; sample < shard.sampleCount(); sample++) {
                for (int field = 0; field < index.fields().size(); field++) {
                    bytes += shard.storedBytes(sample, field);
                }
            }
        }
        return bytes;
    }

    @Override
    public void close() {
        index.close();
        store.close();
        reference.close();
    }
}
