package dev.penstock.batch;

import java.util.Arrays;

/// Where everything of one batch lies in its slot, known before the bytes arrive.
///
/// ```
/// +0            sample ids       int64 [n]      dataset-wide sample numbers, in batch order
/// crc32cOffset  checksums        uint32[n]      CRC-32C of each sample's delivered bytes, fields in order
/// microOffset   micro-batches    int32 [m + 1]  first sample of each micro-batch, then n
/// per field f:
///   offsets(f)  offsets          int32 [n + 1]  first element of each sample, then the total ("cu_seqlens")
///   values(f)   values           type(f)[...]   the samples' elements, packed without gaps
/// ```
///
/// Every region starts on a 64-byte boundary (a cache line; also enough for any vector load). `n` is the number of
/// samples and may be 0: an empty rank still gets a batch. Reusable; confined to one thread while it is laid out,
/// and read-only afterwards.
public final class BatchLayout {

    /// Alignment of every region.
    public static final int ALIGNMENT_BYTES = 64;

    private final int fieldCount;
    private final int[] widthBytes;
    private final long[] offsetsAt;
    private final long[] valuesAt;
    private final long[] valuesBytes;
    private int sampleCount;
    private int microBatchCount;
    private long crc32cAt;
    private long microBatchesAt;
    private long totalBytes;

    /// @param widthBytes bytes per element of each field, in field order
    public BatchLayout(int... widthBytes) {
        this.fieldCount = widthBytes.length;
        this.widthBytes = widthBytes.clone();
        this.offsetsAt = new long[fieldCount];
        this.valuesAt = new long[fieldCount];
        this.valuesBytes = new long[fieldCount];
    }

    /// Lays out a batch.
    ///
    /// @param valuesBytes bytes of all samples together, by field
    public void lay(int sampleCount, int microBatchCount, long[] valuesBytes) {
        this.sampleCount = sampleCount;
        this.microBatchCount = microBatchCount;
        crc32cAt = align(8L * sampleCount);
        microBatchesAt = align(crc32cAt + 4L * sampleCount);
        long next = align(microBatchesAt + 4L * (microBatchCount + 1));
        for (int f = 0; f < fieldCount; f++) {
            this.valuesBytes[f] = valuesBytes[f];
            offsetsAt[f] = next;
            valuesAt[f] = align(next + 4L * (sampleCount + 1));
            next = align(valuesAt[f] + valuesBytes[f]);
        }
        totalBytes = next;
    }

    private static long align(long bytes) {
        return (bytes + ALIGNMENT_BYTES - 1) & -ALIGNMENT_BYTES;
    }

    public int sampleCount() {
        return sampleCount;
    }

    public int microBatchCount() {
        return microBatchCount;
    }

    public int fieldCount() {
        return fieldCount;
    }

    public int widthBytes(int field) {
        return widthBytes[field];
    }

    public long crc32cOffset() {
        return crc32cAt;
    }

    public long microBatchesOffset() {
        return microBatchesAt;
    }

    public long offsetsOffset(int field) {
        return offsetsAt[field];
    }

    public long valuesOffset(int field) {
        return valuesAt[field];
    }

    public long valuesBytes(int field) {
        return valuesBytes[field];
    }

    /// Bytes of all values of all fields: what was read for this batch, without ids, checksums and padding.
    public long payloadBytes() {
        return Arrays.stream(valuesBytes).sum();
    }

    /// Bytes the slot needs.
    public long totalBytes() {
        return totalBytes;
    }
}
