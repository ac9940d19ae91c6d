package dev.penstock.index;

import dev.penstock.batch.Field;
import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.ObjectMissingException;
import dev.penstock.format.TokenFormat;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// The dataset as `_penstock/manifest.json` lists it: its fields, its policy, and its shards in ascending key order.
///
/// @param format always [#FORMAT]
/// @param version always [#VERSION]; another one is refused when reading
/// @param fields every field that some shard has, by name
/// @param overlong what became of samples longer than `maxLength`
/// @param maxLength longest allowed cost length; 2^31 - 1 when there is none
/// @param lengthField the field whose elements are the cost; empty when all are
/// @param tokens how token streams were cut, as [TokenFormat#toString()] writes it; empty when they were not read
/// @param ignoredObjects objects below the root that are no shard
record Manifest(
        String format,
        int version,
        List<Field> fields,
        Overlong overlong,
        int maxLength,
        String lengthField,
        String tokens,
        long ignoredObjects,
        List<Shard> shards) {

    static final String DIRECTORY = "_penstock/";
    static final String KEY = DIRECTORY + "manifest.json";
    static final String FORMAT = "penstock-dataset";
    static final int VERSION = 2;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(
                    DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /// One shard and its index.
    ///
    /// @param key of the shard
    /// @param sizeBytes of the shard when it was indexed
    /// @param version of the shard when it was indexed; see [ObjectMetadata#version()]
    /// @param samples in the index
    /// @param indexBytes size of the index file
    /// @param indexCrc32c checksum of the index file as it stands at its end, unsigned
    /// @param indexDigest what the index says of the shard's content; see [ShardIndex#digest()]
    record Shard(
            String key,
            long sizeBytes,
            String version,
            int samples,
            long indexBytes,
            long indexCrc32c,
            String indexDigest) {

        static Shard of(IndexHeader header, MemorySegment file) {
            ObjectMetadata object = header.object();
            return new Shard(
                    object.key(),
                    object.sizeBytes(),
                    object.version(),
                    header.sampleCount(),
                    file.byteSize(),
                    Integer.toUnsignedLong(IndexFile.storedCrc32c(file)),
                    header.digest());
        }

        String indexKey() {
            return Manifest.indexKey(key);
        }

        /// The index file as it must be; its checksum, not a version, says that it is the one listed.
        ObjectMetadata indexObject() {
            return new ObjectMetadata(indexKey(), indexBytes, "");
        }

        /// Opens the index file where it is stored.
        ShardIndex open(ObjectStore store, List<Field> datasetFields, Arena arena) {
            return open(IndexFile.open(store, indexObject(), arena), datasetFields);
        }

        /// Opens the bytes of an index file, whole ones, and checks that they are the ones listed.
        ShardIndex open(MemorySegment file, List<Field> datasetFields) {
            ShardIndex index = new ShardIndex(file, datasetFields);
            requireSame("index size", indexBytes, file.byteSize());
            requireSame("shard", key, index.object().key());
            requireSame("shard size", sizeBytes, index.object().sizeBytes());
            requireSame("shard version", version, index.object().version());
            requireSame("samples", samples, index.sampleCount());
            requireSame("index crc32c", indexCrc32c, Integer.toUnsignedLong(IndexFile.storedCrc32c(file)));
            requireSame("index digest", indexDigest, index.digest());
            return index;
        }

        private void requireSame(String what, Object expected, Object found) {
            if (!expected.equals(found)) {
                throw new CorruptDataException(FailureMessage.of("opening a shard index")
                        .with("index", indexKey())
                        .with("checked", what + " in the manifest")
                        .with("expected", expected)
                        .with("found", found)
                        .remedy("index the dataset again"));
            }
        }
    }

    static Manifest of(IndexOptions options, Collection<Field> fields, long ignoredObjects, List<Shard> shards) {
        return new Manifest(
                FORMAT,
                VERSION,
                List.copyOf(fields),
                options.overlong(),
                options.maxLength(),
                options.lengthField().orElse(""),
                options.tokens().map(TokenFormat::toString).orElse(""),
                ignoredObjects,
                shards);
    }

    static String indexKey(String shardKey) {
        return DIRECTORY + shardKey + ".idx";
    }

    static Manifest read(ObjectStore store) {
        return parse(readJson(store, stat(store)), store.root());
    }

    /// What the store says of the manifest now.
    ///
    /// @throws ObjectMissingException when there is none, with the advice to index first
    static ObjectMetadata stat(ObjectStore store) {
        try {
            return StoredObject.stat(store, KEY);
        } catch (ObjectMissingException missing) {
            throw absent(store, missing);
        }
    }

    static byte[] readJson(ObjectStore store, ObjectMetadata manifest) {
        try {
            return StoredObject.read(store, manifest);
        } catch (ObjectMissingException missing) {
            throw absent(store, missing);
        }
    }

    private static ObjectMissingException absent(ObjectStore store, ObjectMissingException found) {
        return new ObjectMissingException(
                FailureMessage.of("opening a dataset")
                        .with("root", store.root())
                        .with("manifest", KEY)
                        .with("found", found.getMessage())
                        .remedy("index the dataset first: penstock index " + store.root()),
                found);
    }

    /// Reads a manifest of the dataset at `root`.
    static Manifest parse(byte[] json, URI root) {
        try {
            JsonNode tree = JSON.readTree(json);
            requireKnownVersion(tree, root);
            return JSON.treeToValue(tree, Manifest.class);
        } catch (JacksonException malformed) {
            throw new CorruptDataException(
                    FailureMessage.of("reading the dataset manifest")
                            .with("root", root)
                            .with("key", KEY)
                            .with("expected", FORMAT + " version " + VERSION)
                            .with("found", malformed.getOriginalMessage())
                            .remedy("index the dataset again"),
                    malformed);
        }
    }

    IndexOptions options() {
        return new IndexOptions(
                maxLength,
                overlong,
                Optional.of(lengthField).filter(name -> !name.isEmpty()),
                Optional.of(tokens).filter(text -> !text.isEmpty()).map(TokenFormat::parse));
    }

    void write(ObjectStore store) {
        try (ObjectWriter writer = store.write(KEY)) {
            writer.write(ByteBuffer.wrap(JSON.writeValueAsBytes(this)));
            writer.commit();
        }
    }

    private static void requireKnownVersion(JsonNode tree, URI root) {
        String format = tree.path("format").asString("");
        int version = tree.path("version").asInt(0);
        if (!format.equals(FORMAT) || version != VERSION) {
            throw new CorruptDataException(FailureMessage.of("reading the dataset manifest")
                    .with("root", root)
                    .with("key", KEY)
                    .with("expected", FORMAT + " version " + VERSION)
                    .with("found", format + " version " + version)
                    .remedy("index the dataset again with this release"));
        }
    }
}
