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
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/// Builds the index of a dataset: one pass over each shard, then the manifest.
///
/// Resumable: a shard whose index file is whole, was made with the same options, and pins the shard's present size and
/// version is not read again. Every file appears whole or not at all, and the manifest last: opening a dataset whose
/// indexing was interrupted fails, and running it again completes it. An index file of a shard that is gone stays
/// behind, unlisted.
///
/// Threading: blocks the calling thread. Memory: two read blocks and the index of one shard, off-heap.
public final class IndexBuilder {

    private final ObjectStore store;
    private final IndexOptions options;

    public IndexBuilder(ObjectStore store, IndexOptions options) {
        this.store = store;
        this.options = options;
    }

    /// Indexes the whole dataset.
    ///
    /// @param bytesRead told the bytes of each block of shards that was consumed
    public IndexReport build(LongConsumer bytesRead) {
        Set<String> existing = new HashSet<>();
        List<ObjectMetadata> shards = new ArrayList<>();
        long ignored = 0;
        for (ObjectMetadata object : store.list("").toIterable()) {
            if (object.key().startsWith(Manifest.DIRECTORY)) {
                existing.add(object.key());
            } else if (ShardFormat.of(object.key(), options.tokens()).isPresent()) {
                shards.add(object);
            } else {
                ignored++;
            }
        }
        requireShards(shards, ignored);

        List<Manifest.Shard> listed = new ArrayList<>(shards.size());
        IndexCounters counters = IndexCounters.NONE;
        Map<String, Field> fields = new TreeMap<>();
        int kept = 0;
        for (ObjectMetadata shard : shards) {
            try (Arena arena = Arena.ofShared()) {
                String indexKey = Manifest.indexKey(shard.key());
                Optional<MemorySegment> current =
                        existing.contains(indexKey) ? current(shard, indexKey, arena) : Optional.empty();
                MemorySegment file = current.orElseGet(() -> rebuild(shard, indexKey, bytesRead, arena));
                kept += current.isPresent() ? 1 : 0;
                IndexHeader header = IndexHeader.decode(file);
                addFields(header, fields);
                counters = counters.plus(header.counters());
                listed.add(Manifest.Shard.of(header, file));
            }
        }
        Manifest.of(options, fields.values(), ignored, listed).write(store);
        long samples = listed.stream().mapToLong(Manifest.Shard::samples).sum();
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

    private MemorySegment rebuild(ObjectMetadata shard, String indexKey, LongConsumer bytesRead, Arena arena) {
        MemorySegment file = index(store, shard, options, bytesRead, arena);
        IndexImage.store(file, store, indexKey);
        return file;
    }

    /// The stored index file, when it is whole and says the same of the shard as building it again would.
    private Optional<MemorySegment> current(ObjectMetadata shard, String indexKey, Arena arena) {
        MemorySegment file;
        try {
            file = IndexFile.open(store, indexKey, arena);
        } catch (CorruptDataException damaged) {
            return Optional.empty();
        }
        IndexHeader header = IndexHeader.decode(file);
        boolean same = header.object().equals(shard) && header.options().equals(options.toText());
        return same ? Optional.of(file) : Optional.empty();
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

    private void addFields(IndexHeader header, Map<String, Field> fields) {
        for (Field field : header.fields()) {
            Field known = fields.putIfAbsent(field.name(), field);
            if (known != null && !known.equals(field)) {
                throw new ConfigurationException(FailureMessage.of("indexing a dataset")
                        .with("shard", header.object().key())
                        .with("expected", known)
                        .with("found", field)
                        .remedy("keep shards of different types in datasets of their own"));
            }
        }
        if (options.cuts() && fields.size() > 1) {
            throw new ConfigurationException(FailureMessage.of("cutting over-long samples")
                    .with("shard", header.object().key())
                    .with("fields", fields.keySet())
                    .with("policy", options.overlong())
                    .with("expected", "a dataset of one field")
                    .remedy("choose drop or refuse, as only a single field can be cut"));
        }
    }
}
