package dev.penstock.index;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FatalException;
import dev.penstock.format.ShardFormat;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.Patience;
import dev.penstock.store.RetriedStore;
import java.lang.foreign.Arena;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/// Reads every shard again and compares what it finds with the index, sample by sample.
///
/// Changes nothing. A shard whose version differs but whose bytes do not is no difference.
/// Threading: blocks the calling thread.
public final class IndexVerifier {

    private final ObjectStore store;
    private final Consumer<IndexDifference> differences;
    private long differenceCount;

    /// Compares the dataset below the root of `store`.
    ///
    /// @param differences told each difference as it is found
    public IndexVerifier(ObjectStore store, Consumer<IndexDifference> differences) {
        this(store, differences, Patience.defaults());
    }

    /// @param patience with a store that does not answer
    public IndexVerifier(ObjectStore store, Consumer<IndexDifference> differences, Patience patience) {
        this.store = new RetriedStore(store, patience, new LongAdder());
        this.differences = differences;
    }

    /// Verifies the whole dataset.
    ///
    /// @param bytesRead told the bytes of each block of shards that was consumed
    /// @return the number of differences
    /// @throws CorruptDataException when there is no manifest to compare with that can be read
    public long verify(LongConsumer bytesRead) {
        Manifest manifest = Manifest.read(store);
        Map<String, ObjectMetadata> stored = storedShards(manifest.options());
        for (Manifest.Shard listed : manifest.shards()) {
            ObjectMetadata shard = stored.remove(listed.key());
            if (shard == null) {
                report(listed.key(), "", "object", listed.sizeBytes() + " bytes", "no object");
            } else {
                verify(manifest, listed, shard, bytesRead);
            }
        }
        stored.keySet().forEach(key -> report(key, "", "manifest", "a listed shard", "a shard that is not listed"));
        return differenceCount;
    }

    private Map<String, ObjectMetadata> storedShards(IndexOptions options) {
        Map<String, ObjectMetadata> shards = new TreeMap<>();
        for (ObjectMetadata object : StoredObject.list(store)) {
            if (!object.key().startsWith(Manifest.DIRECTORY)
                    && ShardFormat.of(object.key(), options.tokens()).isPresent()) {
                shards.put(object.key(), object);
            }
        }
        return shards;
    }

    private void verify(Manifest manifest, Manifest.Shard listed, ObjectMetadata shard, LongConsumer bytesRead) {
        compare(shard.key(), "", "size", listed.sizeBytes(), shard.sizeBytes());
        try (Arena arena = Arena.ofShared()) {
            ShardIndex index = listed.open(store, manifest.fields(), arena);
            ShardIndex fresh = new ShardIndex(
                    IndexBuilder.index(store, shard, manifest.options(), bytesRead, arena), manifest.fields());
            if (!index.digest().equals(fresh.digest())) {
                compare(index, fresh, manifest.fields().size());
            }
        } catch (CorruptDataException | ConfigurationException unreadable) {
            reportUnreadable(shard, unreadable);
        }
    }

    private void reportUnreadable(ObjectMetadata shard, FatalException unreadable) {
        report(shard.key(), "", "reading", "a readable shard and index", String.valueOf(unreadable.getMessage()));
    }

    private void compare(ShardIndex index, ShardIndex fresh, int fieldCount) {
        String shard = index.object().key();
        compare(shard, "", "fields", index.header().fields(), fresh.header().fields());
        compare(shard, "", "counters", index.counters(), fresh.counters());
        compare(shard, "", "samples", index.sampleCount(), fresh.sampleCount());
        for (int sample = 0; sample < Math.min(index.sampleCount(), fresh.sampleCount()); sample++) {
            String key = index.key(sample);
            compare(shard, key, "key", key, fresh.key(sample));
            compare(shard, key, "length", index.length(sample), fresh.length(sample));
            for (int field = 0; field < fieldCount; field++) {
                compare(shard, key, "offset", index.offset(sample, field), fresh.offset(sample, field));
                compare(shard, key, "bytes", index.storedBytes(sample, field), fresh.storedBytes(sample, field));
                compare(
                        shard,
                        key,
                        "crc32c",
                        Integer.toHexString(index.crc32c(sample, field)),
                        Integer.toHexString(fresh.crc32c(sample, field)));
            }
        }
        compareChunks(index, fresh);
    }

    /// Finds what no sample covers, such as the headers between them, also beside a sample that differs. Neighbours
    /// that differ are one difference: a byte too many moves every chunk behind it.
    private void compareChunks(ShardIndex index, ShardIndex fresh) {
        int count = Math.min(index.chunkCount(), fresh.chunkCount());
        for (int chunk = 0; chunk < count; chunk++) {
            int end = chunk;
            while (end < count && index.chunkCrc32c(end) != fresh.chunkCrc32c(end)) {
                end++;
            }
            if (end > chunk) {
                String chunks = end == chunk + 1 ? "the chunk at " : (end - chunk) + " chunks from ";
                compare(
                        index.object().key(),
                        "",
                        "crc32c of " + chunks + (long) chunk * ShardIndex.CHUNK_BYTES,
                        Integer.toHexString(index.chunkCrc32c(chunk)),
                        Integer.toHexString(fresh.chunkCrc32c(chunk)));
                chunk = end;
            }
        }
    }

    private void compare(String shard, String key, String what, Object expected, Object found) {
        if (!expected.equals(found)) {
            report(shard, key, what, expected.toString(), found.toString());
        }
    }

    private void report(String shard, String key, String what, String expected, String found) {
        differenceCount++;
        differences.accept(new IndexDifference(shard, key, what, expected, found));
    }
}
