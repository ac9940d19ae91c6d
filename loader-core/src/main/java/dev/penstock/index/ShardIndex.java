package dev.penstock.index;

import dev.penstock.batch.Field;
import dev.penstock.store.ObjectMetadata;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// The index of one shard: columns in a memory-mapped file, with no object per sample.
///
/// Samples are numbered from 0 in the order of the shard, fields as in [DatasetIndex#fields()]. Every access is O(1).
/// Threading: immutable, any thread. Lifetime: until the [DatasetIndex] it came from is closed; using it afterwards
/// fails with an [IllegalStateException].
public final class ShardIndex {

    /// Bytes of a chunk, the last one of a shard excepted: a checksum costs 4 bytes for each, and a block of any size
    /// that an object store is read in has whole ones.
    public static final int CHUNK_BYTES = 64 << 10;

    private static final int NO_COLUMN = -1;

    private final MemorySegment file;
    private final IndexHeader header;
    private final IndexLayout layout;
    private final int[] columnOfField;

    ShardIndex(MemorySegment file, List<Field> datasetFields) {
        this.file = file;
        this.header = IndexHeader.decode(file);
        this.layout = header.layout();
        this.columnOfField =
                datasetFields.stream().mapToInt(header.fields()::indexOf).toArray();
    }

    /// The shard as it was when it was indexed: reads must ask for exactly this size and version.
    public ObjectMetadata object() {
        return header.object();
    }

    public int sampleCount() {
        return header.sampleCount();
    }

    /// Cost length of a sample: its elements, over all fields or of the chosen length field.
    public int length(int sample) {
        return file.get(IndexLayout.INT, layout.lengthAt(check(sample)));
    }

    /// The largest [#length(int)] of this shard; 0 when it is empty.
    public int longestLength() {
        return header.longestLength();
    }

    /// Whether the sample has the field at all; a field of 0 bytes is present.
    public boolean has(int sample, int field) {
        return offset(sample, field) != IndexLayout.ABSENT_OFFSET;
    }

    /// First byte of the field in the shard; -1 when the sample lacks it.
    public long offset(int sample, int field) {
        check(sample);
        int column = columnOfField[field];
        return column == NO_COLUMN
                ? IndexLayout.ABSENT_OFFSET
                : file.get(IndexLayout.LONG, layout.offsetAt(column, sample));
    }

    /// Bytes of the field in the shard; 0 when the sample lacks it.
    public int storedBytes(int sample, int field) {
        check(sample);
        int column = columnOfField[field];
        return column == NO_COLUMN ? 0 : file.get(IndexLayout.INT, layout.bytesAt(column, sample));
    }

    /// CRC-32C of the field's stored bytes; 0, which is the checksum of no bytes, when the sample lacks it.
    public int crc32c(int sample, int field) {
        check(sample);
        int column = columnOfField[field];
        return column == NO_COLUMN ? 0 : file.get(IndexLayout.INT, layout.crc32cAt(column, sample));
    }

    /// Chunks of the stored shard, counted from its first byte.
    public int chunkCount() {
        return layout.chunkCount();
    }

    /// CRC-32C of a chunk's stored bytes, whatever they are to the format.
    public int chunkCrc32c(int chunk) {
        return file.get(IndexLayout.INT, layout.chunkAt(Objects.checkIndex(chunk, chunkCount())));
    }

    /// The sample's name in its format; describes a sample and need not be unique, as only its number identifies it.
    public String key(int sample) {
        check(sample);
        int start = file.get(IndexLayout.INT, layout.keyStartAt(sample));
        int end = file.get(IndexLayout.INT, layout.keyStartAt(sample + 1));
        byte[] utf8 = new byte[end - start];
        MemorySegment.copy(file, layout.keysAt() + start, MemorySegment.ofArray(utf8), 0, utf8.length);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    /// What indexing did to the samples of this shard.
    public IndexCounters counters() {
        return header.counters();
    }

    /// SHA-256 in hexadecimal over the shard's size, fields, policy and all columns, checksums included.
    ///
    /// The object's version is left out, so a byte-identical copy on another store has the same digest.
    public String digest() {
        return header.digest();
    }

    IndexHeader header() {
        return header;
    }

    private int check(int sample) {
        return Objects.checkIndex(sample, header.sampleCount());
    }

    @Override
    public String toString() {
        return "ShardIndex[" + object().key() + ", samples=" + sampleCount() + ", fields="
                + Arrays.toString(columnOfField) + "]";
    }
}
