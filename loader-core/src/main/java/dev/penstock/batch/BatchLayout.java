package dev.penstock.batch;

import java.util.Arrays;

/// Where everything of one batch lies in its slot, known before the bytes arrive.
///
/// ```
/// +0                  sample ids     int64 [n]      dataset-wide sample numbers, in batch order
/// crc32cOffset        checksums      uint32[n]      CRC-32C of each sample's delivered bytes, fields in order
/// microBatchesOffset  micro-batches  int32 [m + 1]  first sample of each micro-batch, then n
/// per field f:
///   offsetsOffset(f)  offsets        int32 [n + 1]  first element of each sample, then the total ("cu_seqlens")
///   unless packed:
///   lengthsOffset(f)  lengths        int32 [n]      elements of each sample, without padding
///   shapesOffset(f)   shapes         int32 [m][3]   first element, rows and elements per row of each micro-batch
///   with fixed rows:
///   segmentsOffset(f) segments       int32 [k + 1]  where samples, their parts in a row and padding begin; the total
///   valuesOffset(f)   values         type(f)[...]   the elements of all micro-batches, as the layout has them
/// ```
///
/// Every region starts on a 64-byte boundary (a cache line; also enough for any vector load). `n` is the number of
/// samples and may be 0: an empty rank still gets a batch. Immutable.
public final class BatchLayout {

    /// Alignment of every region.
    public static final int ALIGNMENT_BYTES = 64;

    /// Numbers that say the shape of a micro-batch.
    static final int SHAPE_INTS = 3;

    private final Layout kind;
    private final int sampleCount;
    private final int microBatchCount;
    private final FieldSize[] fields;
    private final long[] offsetsAt;
    private final long[] valuesAt;
    private final long totalBytes;

    /// Packed fields.
    ///
    /// @param valuesBytes bytes of all samples together, by field
    public BatchLayout(int sampleCount, int microBatchCount, long... valuesBytes) {
        this(
                new Layout.Packed(),
                sampleCount,
                microBatchCount,
                Arrays.stream(valuesBytes).mapToObj(FieldSize::packed).toArray(FieldSize[]::new));
    }

    public BatchLayout(Layout kind, int sampleCount, int microBatchCount, FieldSize... fields) {
        this.kind = kind;
        this.sampleCount = sampleCount;
        this.microBatchCount = microBatchCount;
        this.fields = fields.clone();
        this.offsetsAt = new long[fields.length];
        this.valuesAt = new long[fields.length];
        long next = align(microBatchesOffset() + Integer.BYTES * (microBatchCount + 1L));
        for (int field = 0; field < fields.length; field++) {
            offsetsAt[field] = next;
            valuesAt[field] = switch (kind) {
                case Layout.Packed() -> lengthsOffset(field);
                case Layout.Padded _, Layout.Buckets _ -> segmentsOffset(field);
                case Layout.Fixed _ -> align(segmentsOffset(field) + Integer.BYTES * (fields[field].segments() + 1L));
            };
            next = align(valuesAt[field] + fields[field].valuesBytes());
        }
        this.totalBytes = next;
    }

    private static long align(long bytes) {
        return (bytes + ALIGNMENT_BYTES - 1) & -ALIGNMENT_BYTES;
    }

    /// How samples lie beside each other in the values.
    public Layout kind() {
        return kind;
    }

    public boolean isPacked() {
        return kind instanceof Layout.Packed;
    }

    public int sampleCount() {
        return sampleCount;
    }

    public int microBatchCount() {
        return microBatchCount;
    }

    public int fieldCount() {
        return fields.length;
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

    /// Present unless the layout is packed.
    public long lengthsOffset(int field) {
        return align(offsetsAt[field] + Integer.BYTES * (sampleCount + 1L));
    }

    /// Present unless the layout is packed.
    public long shapesOffset(int field) {
        return align(lengthsOffset(field) + Integer.BYTES * (long) sampleCount);
    }

    /// Present with fixed rows.
    public long segmentsOffset(int field) {
        return align(shapesOffset(field) + Integer.BYTES * (long) SHAPE_INTS * microBatchCount);
    }

    /// Segments of a field; 0 unless rows are fixed.
    public int segmentCount(int field) {
        return fields[field].segments();
    }

    public long valuesOffset(int field) {
        return valuesAt[field];
    }

    /// Bytes of a field's values, padding included.
    public long valuesBytes(int field) {
        return fields[field].valuesBytes();
    }

    /// Bytes of all samples in all fields: what was read for this batch, without ids, checksums and padding.
    public long payloadBytes() {
        long bytes = 0;
        for (FieldSize field : fields) {
            bytes += field.payloadBytes();
        }
        return bytes;
    }

    /// What a field takes.
    public FieldSize size(int field) {
        return fields[field];
    }

    /// Bytes of all values that belong to no sample.
    public long paddingBytes() {
        long bytes = -payloadBytes();
        for (FieldSize field : fields) {
            bytes += field.valuesBytes();
        }
        return bytes;
    }

    /// Bytes the slot needs.
    public long totalBytes() {
        return totalBytes;
    }
}
