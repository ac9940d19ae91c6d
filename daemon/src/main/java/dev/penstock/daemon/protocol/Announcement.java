package dev.penstock.daemon.protocol;

import dev.penstock.batch.BatchLayout;
import dev.penstock.batch.FieldSize;
import dev.penstock.batch.Layout;
import java.lang.foreign.MemorySegment;

/// One batch as it is announced: whose it is, where its slot lies, and what lies where in the slot.
///
/// ```
/// +0  u64 ticket     +8  u64 ready, ns   +16 u64 slot offset  +24 u64 slot bytes
/// +32 u64 epoch      +40 u64 step        +48 f64 balance
/// +56 u32 segment    +60 u32 rank        +64 u32 samples      +68 u32 micro-batches
/// +72 u64 ids at     +80 u64 checksums at                     +88 u64 micro-batches at
/// per field, from +96:
/// +0  u64 offsets at +8  u64 values at   +16 u64 values bytes +24 u32 shape      +28 u32 segments
/// and unless packed:
/// +32 u64 payload bytes  +40 u64 lengths at  +48 u64 shapes at  +56 u64 segments at
/// ```
///
/// @param readyNanos `CLOCK_MONOTONIC`, which is [System#nanoTime()] on Linux, in every process of a host
public record Announcement(
        long ticket,
        long readyNanos,
        int segment,
        long slotOffset,
        long epoch,
        long step,
        int rank,
        double balanceRatio,
        BatchLayout layout) {

    private static final int FIXED_BYTES = 96;
    private static final int PACKED_FIELD_BYTES = 32;
    private static final int FIELD_BYTES = 64;

    /// Far above any batch there is; a larger one is garbage.
    private static final int MAX_SAMPLES = 1 << 28;

    static int bytes(Layout kind, int fieldCount) {
        return FIXED_BYTES + fieldCount * (kind instanceof Layout.Packed ? PACKED_FIELD_BYTES : FIELD_BYTES);
    }

    private static int shape(Layout kind) {
        return switch (kind) {
            case Layout.Packed() -> 0;
            case Layout.Padded() -> 1;
            case Layout.Fixed _ -> 2;
            case Layout.Buckets _ -> 3;
        };
    }

    void encode(MemorySegment to) {
        to.set(Wire.U64, 0, ticket);
        to.set(Wire.U64, 8, readyNanos);
        to.set(Wire.U64, 16, slotOffset);
        to.set(Wire.U64, 24, layout.totalBytes());
        to.set(Wire.U64, 32, epoch);
        to.set(Wire.U64, 40, step);
        to.set(Wire.F64, 48, balanceRatio);
        to.set(Wire.U32, 56, segment);
        to.set(Wire.U32, 60, rank);
        to.set(Wire.U32, 64, layout.sampleCount());
        to.set(Wire.U32, 68, layout.microBatchCount());
        to.set(Wire.U64, 72, 0L);
        to.set(Wire.U64, 80, layout.crc32cOffset());
        to.set(Wire.U64, 88, layout.microBatchesOffset());
        for (int field = 0; field < layout.fieldCount(); field++) {
            encodeField(field, to.asSlice(bytes(layout.kind(), field)));
        }
    }

    private void encodeField(int field, MemorySegment to) {
        FieldSize size = layout.size(field);
        to.set(Wire.U64, 0, layout.offsetsOffset(field));
        to.set(Wire.U64, 8, layout.valuesOffset(field));
        to.set(Wire.U64, 16, size.valuesBytes());
        to.set(Wire.U32, 24, shape(layout.kind()));
        to.set(Wire.U32, 28, size.segments());
        if (!layout.isPacked()) {
            to.set(Wire.U64, 32, size.payloadBytes());
            to.set(Wire.U64, 40, layout.lengthsOffset(field));
            to.set(Wire.U64, 48, layout.shapesOffset(field));
            to.set(Wire.U64, 56, segmentsOffset(field));
        }
    }

    private long segmentsOffset(int field) {
        return layout.kind() instanceof Layout.Fixed ? layout.segmentsOffset(field) : 0;
    }

    /// Reads a body; fails where the tables are not those of a batch of `fieldCount` fields in layout `kind`.
    public static Announcement decode(MemorySegment body, Layout kind, int fieldCount) throws MalformedFrameException {
        if (body.byteSize() != bytes(kind, fieldCount)) {
            throw new MalformedFrameException("BATCH of " + body.byteSize() + " bytes, where " + fieldCount
                    + " fields need " + bytes(kind, fieldCount));
        }
        int samples = body.get(Wire.U32, 64);
        int microBatches = body.get(Wire.U32, 68);
        if (samples < 0 || samples > MAX_SAMPLES || microBatches < 0 || microBatches > MAX_SAMPLES) {
            throw new MalformedFrameException("BATCH of " + samples + " samples in " + microBatches + " micro-batches");
        }
        FieldSize[] fields = new FieldSize[fieldCount];
        for (int field = 0; field < fieldCount; field++) {
            fields[field] = fieldSize(body, kind, bytes(kind, field));
        }
        Announcement announcement = new Announcement(
                body.get(Wire.U64, 0),
                body.get(Wire.U64, 8),
                body.get(Wire.U32, 56),
                body.get(Wire.U64, 16),
                body.get(Wire.U64, 32),
                body.get(Wire.U64, 40),
                body.get(Wire.U32, 60),
                body.get(Wire.F64, 48),
                new BatchLayout(kind, samples, microBatches, fields));
        announcement.requireLayout(body);
        return announcement;
    }

    private static FieldSize fieldSize(MemorySegment body, Layout kind, int at) {
        long valuesBytes = body.get(Wire.U64, at + 16L);
        return kind instanceof Layout.Packed
                ? FieldSize.packed(valuesBytes)
                : new FieldSize(body.get(Wire.U64, at + 32L), valuesBytes, body.get(Wire.U32, at + 28L));
    }

    /// This client computes a layout from the lengths of its parts; the daemon's must be the same.
    private void requireLayout(MemorySegment body) throws MalformedFrameException {
        boolean same = body.get(Wire.U64, 24) == layout.totalBytes()
                && body.get(Wire.U64, 72) == 0
                && body.get(Wire.U64, 80) == layout.crc32cOffset()
                && body.get(Wire.U64, 88) == layout.microBatchesOffset();
        for (int field = 0; same && field < layout.fieldCount(); field++) {
            same = isSame(field, body.asSlice(bytes(layout.kind(), field)));
        }
        if (!same) {
            throw new MalformedFrameException("BATCH of a layout this client does not know: step=" + step);
        }
    }

    private boolean isSame(int field, MemorySegment found) {
        boolean packed = found.get(Wire.U64, 0) == layout.offsetsOffset(field)
                && found.get(Wire.U64, 8) == layout.valuesOffset(field)
                && found.get(Wire.U32, 24) == shape(layout.kind())
                && found.get(Wire.U32, 28) == layout.size(field).segments();
        return layout.isPacked()
                ? packed
                : packed
                        && found.get(Wire.U64, 40) == layout.lengthsOffset(field)
                        && found.get(Wire.U64, 48) == layout.shapesOffset(field)
                        && found.get(Wire.U64, 56) == segmentsOffset(field);
    }
}
