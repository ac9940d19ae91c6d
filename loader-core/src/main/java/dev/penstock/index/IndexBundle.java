package dev.penstock.index;

import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import dev.penstock.store.ObjectMetadata;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// A manifest and every index file it lists, in one run of bytes: one mapping however many shards there are.
///
/// ```
/// +0   magic          u64    "PNSTKBDL" read as bytes
/// +8   manifestBytes  u64
/// +16  digest         u8[32] SHA-256 of the manifest
/// +48  manifest       as stored in the dataset
///      index files, in the order of the manifest, each starting on a multiple of 64 bytes
/// ```
///
/// Little-endian. Index files carry their own checksums and the manifest lists them, so nothing else is needed to find
/// a torn bundle.
final class IndexBundle {

    /// Bytes asked for at a time: a larger index file is read in several requests, and as many buffers of this size
    /// as there are requests bound the memory.
    private static final int PIECE_BYTES = 4 << 20;

    private static final long MAGIC = 0x4c44424b54534e50L;
    private static final int MANIFEST_BYTES_AT = 8;
    private static final int DIGEST_AT = 16;
    private static final int MANIFEST_AT = 48;

    private final byte[] json;
    private final Manifest manifest;

    /// First byte of each index file.
    private final long[] starts;

    private final long sizeBytes;

    /// A part of an index file, and where in the bundle it lies.
    record Piece(ObjectMetadata index, long offsetBytes, int bytes, long position) {}

    private IndexBundle(byte[] json, Manifest manifest) {
        this.json = json;
        this.manifest = manifest;
        this.starts = new long[manifest.shards().size()];
        long end = (long) MANIFEST_AT + json.length;
        for (int s = 0; s < starts.length; s++) {
            starts[s] = IndexLayout.align(end);
            end = starts[s] + manifest.shards().get(s).indexBytes();
        }
        this.sizeBytes = end;
    }

    /// The bundle of a manifest.
    ///
    /// @param json the manifest as stored
    /// @param root of the dataset, to name it in failures
    static IndexBundle of(byte[] json, URI root) {
        return new IndexBundle(json, Manifest.parse(json, root));
    }

    /// The bundle that a file holds, as far as its beginning and its size say.
    static IndexBundle decode(MemorySegment file, URI root) {
        if (file.byteSize() < MANIFEST_AT || file.get(IndexLayout.LONG, 0) != MAGIC) {
            throw torn("header", "a bundle of indexes", file.byteSize() + " bytes");
        }
        long manifestBytes = file.get(IndexLayout.LONG, MANIFEST_BYTES_AT);
        if (manifestBytes < 0 || manifestBytes > file.byteSize() - MANIFEST_AT) {
            throw torn("manifest size", "at most " + (file.byteSize() - MANIFEST_AT), manifestBytes);
        }
        byte[] json = file.asSlice(MANIFEST_AT, manifestBytes).toArray(ValueLayout.JAVA_BYTE);
        byte[] digest = file.asSlice(DIGEST_AT, MANIFEST_AT - DIGEST_AT).toArray(ValueLayout.JAVA_BYTE);
        if (!MessageDigest.isEqual(Sha256.start().digest(json), digest)) {
            throw torn("manifest", "its digest", "another one");
        }
        IndexBundle bundle = of(json, root);
        if (bundle.sizeBytes() != file.byteSize()) {
            throw torn("size", bundle.sizeBytes(), file.byteSize());
        }
        return bundle;
    }

    Manifest manifest() {
        return manifest;
    }

    long sizeBytes() {
        return sizeBytes;
    }

    /// Everything before the index files.
    ByteBuffer beginning() {
        return ByteBuffer.allocate(MANIFEST_AT + json.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(MAGIC)
                .putLong(json.length)
                .put(Sha256.start().digest(json))
                .put(json)
                .flip();
    }

    /// The index files, cut into parts of one request each.
    List<Piece> pieces() {
        List<Piece> pieces = new ArrayList<>(manifest.shards().size());
        for (int s = 0; s < starts.length; s++) {
            ObjectMetadata index = manifest.shards().get(s).indexObject();
            for (long at = 0; at < index.sizeBytes(); at += PIECE_BYTES) {
                int bytes = (int) Math.min(PIECE_BYTES, index.sizeBytes() - at);
                pieces.add(new Piece(index, at, bytes, starts[s] + at));
            }
        }
        return pieces;
    }

    /// Checks every index file and opens it, on all cores.
    OpenIndex open(MemorySegment bytes) {
        List<Integer> numbers =
                IntStream.range(0, starts.length).boxed().toList();
        int cores = Runtime.getRuntime().availableProcessors();
        List<ShardIndex> shards = Concurrently.map(numbers, cores, number -> {
            Manifest.Shard listed = manifest.shards().get(number);
            MemorySegment file = bytes.asSlice(starts[number], listed.indexBytes());
            IndexFile.check(file, listed.indexKey());
            return listed.open(file.asReadOnly(), manifest.fields());
        });
        return new OpenIndex(manifest, shards);
    }

    private static CorruptDataException torn(String what, Object expected, Object found) {
        return new CorruptDataException(FailureMessage.of("reading cached indexes")
                .with("checked", what)
                .with("expected", expected)
                .with("found", found)
                .remedy("they are fetched again"));
    }
}
