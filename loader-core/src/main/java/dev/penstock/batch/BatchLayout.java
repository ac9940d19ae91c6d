package dev.penstock.batch;

/// Where everything of one batch lies in its slot, known before the bytes arrive.
///
/// ```
/// +0                  sample ids     int64 [n]      dataset-wide sample numbers, in batch order
/// crc32cOffset        checksums      uint32[n]      CRC-32C of each sample's delivered bytes, fields in order
/// microBatchesOffset  micro-batches  int32 [m + 1]  first sample of each micro-batch, then n
/// per field f:
///   offsetsOffset(f)  offsets        int32 [n + 1]  first element of each sample, then the total ("cu_seqlens")
///   valuesOffset(f)   values         type(f)[...]   the samples' elements, packed without gaps
/// ```
///
/// Every region starts on a 64-byte boundary (a cache line; also enough for any vector load). `n` is the number of
/// samples and may be 0: an empty rank still gets a batch. Immutable.
public final class BatchLayout {

    /// Alignment of every region.
    public static final int ALIGNMENT_BYTES = 64;

    private final int sampleCount;
    private final int microBatchCount;
    private final long[] offsetsAt;
    private final long[] valuesAt;
    private final long[] valuesBytes;
    private final long totalBytes;

    /// @param valuesBytes bytes of all samples together, by field
    public BatchLayout(int sampleCount, int microBatchCount, long... valuesBytes) {
        this.sampleCount = sampleCount;
        this.microBatchCount = microBatchCount;
        this.valuesBytes = valuesBytes.clone();
        this.offsetsAt = new long[valuesBytes.length];
        this.valuesAt = new long[valuesBytes.length];
        long next = align(microBatchesOffset() + Integer.BYTES * (microBatchCount + 1L));
        for (int field = 0; field < valuesBytes.length; field++) {
            offsetsAt[field] = next;
            valuesAt[field] = align(next + Integer.BYTES * (sampleCount + 1L));
            next = align(valuesAt[field] + valuesBytes[field]);
        }
        this.totalBytes = next;
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
        return valuesBytes.length;
    }

    public long crc32cOffset() {
        return align(Long.BYTES * (long) sampleCount);
    }

    public long microBatchesOffset() {
        return align(crc32cOffset() + Integer.BYTES * (long) sampleCount);
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
        long bytes = 0;
        for (long field : valuesBytes) {
            bytes += field;
        }
        return bytes;
    }

    /// Bytes the slot needs.
    public long totalBytes() {
        return totalBytes;
    }
}
