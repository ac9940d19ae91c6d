package dev.penstock.index;

import dev.penstock.batch.Field;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/// Where everything of one shard index file lies; little-endian throughout.
///
/// ```
/// +0    magic           u64    "PNSTKIDX" read as bytes
/// +8    formatVersion   u32
/// +12   columnsOffset   u32    first byte of the columns
/// +16   fileBytes       u64    whole file, checksum included
/// +24   sampleCount     u32    n, below 2^31
/// +28   fieldCount      u32
/// +32   keyBytes        u32    all keys together, below 2^31
/// +36   reserved        u32    0
/// +40   maxLength       u32    2^31 - 1 where there is no maximum
/// +44   longestLength   u32    largest value of the lengths column
/// +48   counters        u64[6] in the order of IndexCounters
/// +96   objectBytes     u64    pinned size of the shard
/// +104  digest          u8[32] SHA-256 of content; see ShardIndex#digest
/// +136  texts           u32 bytes, then UTF-8: object key, object version, options (the policy among them)
///       field table     per field: name of the ElementType, then of the field, each u32 bytes and UTF-8
/// columns, each starting on a multiple of 64 bytes:
///       lengths         u32[n]       cost length
///       per field       u64[n]       offset in the shard; all ones where the sample lacks the field
///                       u32[n]       stored bytes
///                       u32[n]       CRC-32C of those bytes
///       chunks          u32[c]       CRC-32C of each chunk of the shard; see ShardIndex#chunkCrc32c
///       keyStarts       u32[n + 1]   in the key bytes
///       keys            u8[keyBytes] UTF-8
/// end - 4  crc32c       u32          of every byte before it
/// ```
///
/// `c` follows from objectBytes. Version 2 added the chunks.
///
/// 100 million samples of one field with keys of 20 bytes take 4.4 GB of file and no heap, and chunks 64 MB for each TB
/// of shards.
final class IndexLayout {

    static final long MAGIC = 0x5844494b54534e50L;
    static final int FORMAT_VERSION = 2;
    static final long ABSENT_OFFSET = -1;

    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    static final int MAGIC_AT = 0;
    static final int FORMAT_VERSION_AT = 8;
    static final int COLUMNS_OFFSET_AT = 12;
    static final int FILE_BYTES_AT = 16;
    static final int SAMPLE_COUNT_AT = 24;
    static final int FIELD_COUNT_AT = 28;
    static final int KEY_BYTES_AT = 32;
    static final int MAX_LENGTH_AT = 40;
    static final int LONGEST_LENGTH_AT = 44;
    static final int COUNTERS_AT = 48;
    static final int OBJECT_BYTES_AT = 96;
    static final int DIGEST_AT = 104;
    static final int DIGEST_BYTES = 32;
    static final int TEXTS_AT = 136;
    static final int CHECKSUM_BYTES = 4;

    /// A cache line; also keeps every value of a mapped column aligned.
    static final int COLUMN_ALIGNMENT_BYTES = 64;

    private final int sampleCount;
    private final long lengthsAt;
    private final long[] offsetsAt;
    private final long[] bytesAt;
    private final long[] crc32cAt;
    private final int chunkCount;
    private final long chunksAt;
    private final long keyStartsAt;
    private final long keysAt;
    private final long fileBytes;

    IndexLayout(long columnsOffset, int sampleCount, List<Field> fields, long objectBytes, int keyBytes) {
        this.sampleCount = sampleCount;
        long next = columnsOffset;
        lengthsAt = next;
        next = align(next + 4L * sampleCount);
        offsetsAt = new long[fields.size()];
        bytesAt = new long[fields.size()];
        crc32cAt = new long[fields.size()];
        for (int f = 0; f < fields.size(); f++) {
            offsetsAt[f] = next;
            next = align(next + 8L * sampleCount);
            bytesAt[f] = next;
            next = align(next + 4L * sampleCount);
            crc32cAt[f] = next;
            next = align(next + 4L * sampleCount);
        }
        chunkCount = Math.toIntExact(Math.ceilDiv(objectBytes, (long) ShardIndex.CHUNK_BYTES));
        chunksAt = next;
        next = align(next + 4L * chunkCount);
        keyStartsAt = next;
        keysAt = align(next + 4L * (sampleCount + 1L));
        fileBytes = keysAt + keyBytes + CHECKSUM_BYTES;
    }

    static long align(long bytes) {
        return (bytes + COLUMN_ALIGNMENT_BYTES - 1) & -COLUMN_ALIGNMENT_BYTES;
    }

    int sampleCount() {
        return sampleCount;
    }

    long lengthAt(int sample) {
        return lengthsAt + 4L * sample;
    }

    long offsetAt(int column, int sample) {
        return offsetsAt[column] + 8L * sample;
    }

    long bytesAt(int column, int sample) {
        return bytesAt[column] + 4L * sample;
    }

    long crc32cAt(int column, int sample) {
        return crc32cAt[column] + 4L * sample;
    }

    int chunkCount() {
        return chunkCount;
    }

    long chunkAt(int chunk) {
        return chunksAt + 4L * chunk;
    }

    long keyStartAt(int sample) {
        return keyStartsAt + 4L * sample;
    }

    long keysAt() {
        return keysAt;
    }

    long fileBytes() {
        return fileBytes;
    }
}
