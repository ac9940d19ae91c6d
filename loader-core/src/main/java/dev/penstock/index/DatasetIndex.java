package dev.penstock.index;

import dev.penstock.batch.Field;
import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.Patience;
import dev.penstock.store.RetriedStore;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The index of a whole dataset: its shards in ascending key order, and every sample by its dataset-wide number.
///
/// Sample numbers run from 0 over the shards in key order and within a shard in stored order. Index files are
/// memory-mapped where the store has them locally; otherwise all of them are one mapping in an [IndexCache], or lie in
/// off-heap memory. Nothing is kept per sample on the heap.
///
/// Threading: immutable; any thread may use it and any thread may close it.
public final class DatasetIndex implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(DatasetIndex.class);

    private final Patience patience;
    private final LongAdder requests;
    private final Arena arena;
    private final Manifest manifest;
    private final List<ShardIndex> shards;
    private final long[] firstSamples;
    private final String digest;
    private final Optional<RememberedVersions> remembered;

    private DatasetIndex(Patience patience, LongAdder requests, Arena arena, OpenIndex opened) {
        this.patience = patience;
        this.requests = requests;
        this.arena = arena;
        this.manifest = opened.manifest();
        this.shards = opened.shards();
        this.firstSamples = new long[shards.size() + 1];
        for (int s = 0; s < shards.size(); s++) {
            firstSamples[s + 1] = firstSamples[s] + shards.get(s).sampleCount();
        }
        this.digest = digest(shards);
        this.remembered = opened.remembered();
    }

    /// Opens the index below the store's root, reading it whole where the store is not local.
    ///
    /// Blocks; the store may be closed afterwards, the index must be.
    public static DatasetIndex open(ObjectStore store) {
        return open(store, Patience.defaults(), OpenIndex::fromStore);
    }

    /// Opens the index below the store's root; where the store is not local, from the cache as far as it has it.
    ///
    /// Blocks; the store may be closed afterwards, the index must be.
    public static DatasetIndex open(ObjectStore store, IndexCache cache) {
        return open(store, cache, Patience.defaults());
    }

    /// The same.
    ///
    /// @param patience with a store that does not answer, now and when the index is asked for the shards' states
    public static DatasetIndex open(ObjectStore store, IndexCache cache, Patience patience) {
        return open(
                store,
                patience,
                (from, arena) -> OpenIndex.isLocal(from) ? OpenIndex.fromStore(from, arena) : cache.open(from, arena));
    }

    private static DatasetIndex open(
            ObjectStore store, Patience patience, BiFunction<RetriedStore, Arena, OpenIndex> opening) {
        LongAdder requests = new LongAdder();
        Arena arena = Arena.ofShared();
        try {
            OpenIndex opened = opening.apply(new RetriedStore(store, patience, requests), arena);
            return new DatasetIndex(patience, requests, arena, opened);
        } catch (RuntimeException failed) {
            arena.close();
            throw failed;
        }
    }

    public long sampleCount() {
        return firstSamples[shards.size()];
    }

    public int shardCount() {
        return shards.size();
    }

    /// Every field that some shard has, by name.
    public List<Field> fields() {
        return manifest.fields();
    }

    public ShardIndex shard(int shard) {
        return shards.get(shard);
    }

    /// Dataset-wide number of a shard's first sample; `firstSample(shardCount())` is [#sampleCount()].
    public long firstSample(int shard) {
        return firstSamples[shard];
    }

    /// [#firstSample] of every shard, then [#sampleCount()]; a copy.
    public long[] firstSamples() {
        return firstSamples.clone();
    }

    /// The shard that holds a sample, by binary search.
    public int shardOf(long sample) {
        Objects.checkIndex(sample, sampleCount());
        int low = 0;
        int high = shards.size();
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (firstSamples[middle] <= sample) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /// Length of a sample in cost units.
    public int length(long sample) {
        int shard = shardOf(sample);
        return shards.get(shard).length((int) (sample - firstSamples[shard]));
    }

    /// The largest cost length of any sample.
    public int longestLength() {
        return shards.stream().mapToInt(ShardIndex::longestLength).max().orElse(0);
    }

    /// What became of samples longer than [#maxLength()].
    public Overlong overlong() {
        return manifest.overlong();
    }

    /// Longest cost length that indexing allowed; `Integer.MAX_VALUE` where there was no maximum.
    public int maxLength() {
        return manifest.maxLength();
    }

    /// What indexing did to the samples, over all shards.
    public IndexCounters counters() {
        return shards.stream().map(ShardIndex::counters).reduce(IndexCounters.NONE, IndexCounters::plus);
    }

    /// Identifies the content in hexadecimal: SHA-256 over the keys and [digests][ShardIndex#digest()] of the shards.
    public String digest() {
        return digest;
    }

    /// The states of the shards that a run reads, in shard order; reading them pins the run to them.
    ///
    /// Where the store [pins][ObjectStore#pins(String)] the version seen when indexing, that state is taken without a
    /// request: a read of another one is refused by the store. Elsewhere it is the state that the store has now, which
    /// must have the size it had when it was indexed. Versions may differ there: a copy of a dataset has new
    /// modification times and the same bytes, and the checksum of each sample finds bytes that are not. An index that
    /// came through an [IndexCache] remembers that state on this host, and a later start takes it without a request.
    ///
    /// @throws CorruptDataException when a shard that was asked for is missing or has another size
    public List<ObjectMetadata> currentObjects(ObjectStore store) {
        List<ObjectMetadata> indexed = shards.stream().map(ShardIndex::object).toList();
        if (indexed.stream().allMatch(shard -> store.pins(shard.version()))) {
            return indexed;
        }
        return rememberedObjects(indexed).orElseGet(() -> {
            RetriedStore asked = new RetriedStore(store, patience, requests);
            List<ObjectMetadata> found =
                    Concurrently.map(indexed, Concurrently.REQUESTS, shard -> currentObject(asked, shard));
            remember(found);
            return found;
        });
    }

    private Optional<List<ObjectMetadata>> rememberedObjects(List<ObjectMetadata> indexed) {
        if (remembered.isEmpty()) {
            return Optional.empty();
        }
        try {
            return remembered
                    .get()
                    .read(digest)
                    .map(versions -> IntStream.range(0, indexed.size())
                            .mapToObj(s -> new ObjectMetadata(
                                    indexed.get(s).key(), indexed.get(s).sizeBytes(), versions.get(s)))
                            .toList());
        } catch (IOException unreadable) {
            log.warn("cannot read what is remembered of the shards, asking the store: {}", unreadable.toString());
            return Optional.empty();
        }
    }

    private void remember(List<ObjectMetadata> found) {
        try {
            if (remembered.isPresent()) {
                remembered
                        .get()
                        .write(
                                digest,
                                found.stream().map(ObjectMetadata::version).toList());
            }
        } catch (IOException unwritable) {
            log.warn("cannot remember the state of the shards, a later start asks again: {}", unwritable.toString());
        }
    }

    /// Makes the next start ask the store for the state of every shard; for when one turned out not to be what it was.
    ///
    /// Blocks for a moment.
    public void forgetObjects() {
        try {
            if (remembered.isPresent()) {
                remembered.get().forget();
            }
        } catch (IOException undeletable) {
            log.warn("cannot forget the state of the shards: {}", undeletable.toString());
        }
    }

    /// Requests sent to the store so far: to open the index, and for [#currentObjects].
    public long requests() {
        return requests.sum();
    }

    private static ObjectMetadata currentObject(ObjectStore store, ObjectMetadata indexed) {
        if (store.pins(indexed.version())) {
            return indexed;
        }
        ObjectMetadata found = statShard(store, indexed);
        if (found.sizeBytes() != indexed.sizeBytes()) {
            throw new CorruptDataException(FailureMessage.of("checking a shard against its index")
                    .with("shard", indexed.key())
                    .with("expected", indexed.sizeBytes() + " bytes")
                    .with("found", found.sizeBytes() + " bytes")
                    .remedy("restore the shard, or index the dataset again"));
        }
        return found;
    }

    /// Releases the mappings; every [ShardIndex] becomes unusable.
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }

    private static ObjectMetadata statShard(ObjectStore store, ObjectMetadata indexed) {
        try {
            return StoredObject.stat(store, indexed.key());
        } catch (StoreAccessException missing) {
            throw new CorruptDataException(
                    FailureMessage.of("checking a shard against its index")
                            .with("shard", indexed.key())
                            .with("expected", indexed.sizeBytes() + " bytes")
                            .with("found", missing.getMessage())
                            .remedy("restore the shard, or index the dataset again"),
                    missing);
        }
    }

    private static String digest(List<ShardIndex> shards) {
        MessageDigest sha256 = Sha256.start();
        for (ShardIndex shard : shards) {
            sha256.update(shard.object().key().getBytes(StandardCharsets.UTF_8));
            sha256.update((byte) 0);
            sha256.update(shard.digest().getBytes(StandardCharsets.US_ASCII));
        }
        return HexFormat.of().formatHex(sha256.digest());
    }
}
