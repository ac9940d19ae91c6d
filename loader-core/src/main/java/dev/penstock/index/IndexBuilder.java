package dev.penstock.index;

import dev.penstock.batch.Field;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import dev.penstock.format.ShardBytes;
import dev.penstock.format.ShardFormat;
import dev.penstock.format.TarShardReader;
import dev.penstock.format.TokenShardReader;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.Patience;
import dev.penstock.store.RetriedStore;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/// Builds the index of a dataset: one pass over each shard, then the manifest.
///
/// Resumable: a shard whose index file is whole, was made with the same options, and pins the shard's present size and
/// version is not read again. Every file appears whole or not at all, and the manifest last: opening a dataset whose
/// indexing was interrupted fails, and running it again completes it. An index file of a shard that is gone stays
/// behind, unlisted.
///
/// Threading: blocks the calling thread. Memory, off-heap: the read blocks and the index of one shard; while it looks
/// for what an earlier run left, the index files of 32 shards.
public final class IndexBuilder {

    private final ObjectStore store;
    private final IndexOptions options;

    public IndexBuilder(ObjectStore store, IndexOptions options) {
        this(store, options, Patience.defaults());
    }

    /// @param patience with a store that does not answer
    public IndexBuilder(ObjectStore store, IndexOptions options, Patience patience) {
        this.store = new RetriedStore(store, patience, new LongAdder());
        this.options = options;
    }

    /// Indexes the whole dataset.
    ///
    /// @param bytesRead told the bytes of each block of shards that was consumed
    public IndexReport build(LongConsumer bytesRead) {
        Map<String, ObjectMetadata> existing = new HashMap<>();
        List<ObjectMetadata> shards = new ArrayList<>();
        long ignored = 0;
        for (ObjectMetadata object : StoredObject.list(store)) {
            if (object.key().startsWith(Manifest.DIRECTORY)) {
                existing.put(object.key(), object);
            } else if (ShardFormat.of(object.key(), options.tokens()).isPresent()) {
                shards.add(object);
            } else {
                ignored++;
            }
        }
        requireShards(shards, ignored);

        List<Optional<IndexedShard>> current =
                Concurrently.map(shards, Concurrently.REQUESTS, shard -> current(shard, existing));
        List<Manifest.Shard> listed = new ArrayList<>(shards.size());
        IndexCounters counters = IndexCounters.NONE;
        Map<String, Field> fields = new TreeMap<>();
        for (int s = 0; s < shards.size(); s++) {
            ObjectMetadata shard = shards.get(s);
            IndexedShard indexed = current.get(s).orElseGet(() -> rebuild(shard, bytesRead));
            addFields(shard.key(), indexed.fields(), fields);
            counters = counters.plus(indexed.counters());
            listed.add(indexed.listed());
        }
        Manifest.of(options, fields.values(), ignored, listed).write(store);
        long samples = listed.stream().mapToLong(Manifest.Shard::samples).sum();
        int kept = Math.toIntExact(current.stream().filter(Optional::isPresent).count());
        return new IndexReport(samples, shards.size() - kept, kept, ignored, counters);
    }

    /// Reads a shard and assembles its index file, which is not stored.
    static MemorySegment index(
            ObjectStore store, ObjectMetadata shard, IndexOptions options, LongConsumer bytesRead, Arena arena) {
        ShardIndexer indexer = new ShardIndexer(shard.key(), options, arena);
        ChunkChecksums chunks = new ChunkChecksums(arena);
        Consumer<MemorySegment> blocks = block -> {
            chunks.add(block);
            bytesRead.accept(block.byteSize());
        };
        try (ShardBytes bytes = new ShardBytes(store, shard, blocks)) {
            switch (ShardFormat.of(shard.key(), options.tokens()).orElseThrow()) {
                case TAR -> new TarShardReader(bytes, indexer).read();
                case TOKENS -> new TokenShardReader(options.tokens().orElseThrow(), bytes, indexer).read();
            }
        }
        return IndexImage.assemble(shard, options, indexer.columns(), chunks.end(), indexer.counters(), arena);
    }

    private IndexedShard rebuild(ObjectMetadata shard, LongConsumer bytesRead) {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment file = index(store, shard, options, bytesRead, arena);
            IndexImage.store(file, store, Manifest.indexKey(shard.key()));
            return IndexedShard.of(IndexHeader.decode(file), file);
        }
    }

    /// What the stored index file says, when it is whole and says the same of the shard as building it again would.
    private Optional<IndexedShard> current(ObjectMetadata shard, Map<String, ObjectMetadata> existing) {
        ObjectMetadata stored = existing.get(Manifest.indexKey(shard.key()));
        if (stored == null) {
            return Optional.empty();
        }
        try (Arena arena = Arena.ofShared()) {
            MemorySegment file = IndexFile.open(store, stored, arena);
            IndexHeader header = IndexHeader.decode(file);
            boolean same = header.object().equals(shard) && header.options().equals(options.toText());
            return same ? Optional.of(IndexedShard.of(header, file)) : Optional.empty();
        } catch (CorruptDataException damaged) {
            return Optional.empty();
        }
    }

    /// What is kept of a shard's index once its bytes are stored.
    private record IndexedShard(Manifest.Shard listed, List<Field> fields, IndexCounters counters) {

        static IndexedShard of(IndexHeader header, MemorySegment file) {
            return new IndexedShard(Manifest.Shard.of(header, file), header.fields(), header.counters());
        }
    }

    private void requireShards(Collection<ObjectMetadata> shards, long ignored) {
        if (shards.isEmpty()) {
            throw new ConfigurationException(FailureMessage.of("indexing a dataset")
                    .with("root", store.root())
                    .with("expected", "*.tar, or *.bin with a token format")
                    .with("found", ignored + " other objects")
                    .remedy("name the directory that holds the shards, or state the token format"));
        }
    }

    private void addFields(String shard, List<Field> shardFields, Map<String, Field> fields) {
        for (Field field : shardFields) {
            Field known = fields.putIfAbsent(field.name(), field);
            if (known != null && !known.equals(field)) {
                throw new ConfigurationException(FailureMessage.of("indexing a dataset")
                        .with("shard", shard)
                        .with("expected", known)
                        .with("found", field)
                        .remedy("keep shards of different types in datasets of their own"));
            }
        }
        if (options.cuts() && fields.size() > 1) {
            throw new ConfigurationException(FailureMessage.of("cutting over-long samples")
                    .with("shard", shard)
                    .with("fields", fields.keySet())
                    .with("policy", options.overlong())
                    .with("expected", "a dataset of one field")
                    .remedy("choose drop or refuse, as only a single field can be cut"));
        }
    }
}
