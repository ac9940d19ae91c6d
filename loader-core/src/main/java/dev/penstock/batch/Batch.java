package dev.penstock.batch;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/// One rank's share of one step, in page-locked memory.
///
/// Shape: `n = sampleCount()` samples. For a field, sample `i` is the [#length] elements of [#values] from [#offset]
/// on, whatever the layout; a sample is never torn apart. Micro-batches are consecutive runs of samples, and each is
/// the matrix `[rows, rowElements]` of [#microBatchValues]:
///
/// | layout | rows | row elements | dtype of tables |
/// |---|---|---|---|
/// | packed | 1 | the samples' elements together; [#offsets] is `cu_seqlens` | int32 |
/// | padded | samples | the longest sample's | int32 |
/// | fixed | rows that samples share; [#segments] is `cu_seqlens` over all of them | stated | int32 |
/// | buckets | stated for the bucket | the bucket's | int32 |
///
/// What belongs to no sample has the loader's pad value. Everything is little-endian, and every region is aligned to
/// 64 bytes.
///
/// Ownership: the consumer owns the slot until [#close()]. Afterwards every accessor of the slot's contents throws
/// IllegalStateException; segments handed out before must no longer be touched, because the slot's next batch will
/// be written there. A batch that is never closed holds its slot until its loader is closed. Closing twice does
/// nothing.
///
/// Threading: immutable once delivered; any thread may read and any thread may close.
public final class Batch implements AutoCloseable {

    private final long epoch;
    private final long step;
    private final int rank;
    private final List<Field> fields;
    private final BatchLayout layout;
    private final MemorySegment slot;
    private final double balanceRatio;
    private final long readyNanos;
    private final Runnable release;
    private volatile boolean closed;

    /// @param slot at least `layout.totalBytes()` bytes, filled
    /// @param readyNanos when the slot was whole, on the clock of [#readyNanos()]
    /// @param release gives the slot back; idempotent, because closes may race
    public Batch(
            long epoch,
            long step,
            int rank,
            List<Field> fields,
            BatchLayout layout,
            MemorySegment slot,
            double balanceRatio,
            long readyNanos,
            Runnable release) {
        this.epoch = epoch;
        this.step = step;
        this.rank = rank;
        this.fields = fields;
        this.layout = layout;
        this.slot = slot;
        this.balanceRatio = balanceRatio;
        this.readyNanos = readyNanos;
        this.release = release;
    }

    /// Epoch of the batch's first position in the order.
    public long epoch() {
        return epoch;
    }

    /// Step over the whole run, from 0.
    public long step() {
        return step;
    }

    public int rank() {
        return rank;
    }

    public List<Field> fields() {
        return fields;
    }

    public int sampleCount() {
        return layout.sampleCount();
    }

    public int microBatchCount() {
        return layout.microBatchCount();
    }

    /// Index of the first sample of a micro-batch; `microBatchStart(microBatchCount())` is `sampleCount()`.
    public int microBatchStart(int microBatch) {
        return slot().get(ValueLayout.JAVA_INT, layout.microBatchesOffset() + 4L * microBatch);
    }

    /// Dataset-wide number of a sample.
    public long sampleId(int sample) {
        return slot().get(ValueLayout.JAVA_LONG, 8L * sample);
    }

    /// CRC-32C of a sample's bytes as they lie in this slot, fields in order; unsigned.
    public long crc32c(int sample) {
        return Integer.toUnsignedLong(slot().get(ValueLayout.JAVA_INT, layout.crc32cOffset() + 4L * sample));
    }

    /// Element offsets of a field, int32 `[n + 1]`.
    public MemorySegment offsets(int field) {
        return slot().asSlice(layout.offsetsOffset(field), 4L * (layout.sampleCount() + 1));
    }

    /// First element of a sample in a field; `offset(field, sampleCount())` is the total.
    public int offset(int field, int sample) {
        return slot().get(ValueLayout.JAVA_INT, layout.offsetsOffset(field) + 4L * sample);
    }

    /// Elements of a sample in a field, without padding.
    public int length(int field, int sample) {
        return layout.isPacked()
                ? offset(field, sample + 1) - offset(field, sample)
                : slot().get(ValueLayout.JAVA_INT, layout.lengthsOffset(field) + 4L * sample);
    }

    /// Elements of a field: all micro-batches, padding included.
    public MemorySegment values(int field) {
        return slot().asSlice(layout.valuesOffset(field), layout.valuesBytes(field));
    }

    /// Rows of a micro-batch in a field.
    public int rows(int field, int microBatch) {
        return layout.isPacked() ? 1 : shape(field, microBatch, 1);
    }

    /// Elements of each row of a micro-batch in a field.
    public int rowElements(int field, int microBatch) {
        return layout.isPacked()
                ? firstElement(field, microBatch + 1) - firstElement(field, microBatch)
                : shape(field, microBatch, 2);
    }

    /// The matrix of a micro-batch in a field, row by row.
    public MemorySegment microBatchValues(int field, int microBatch) {
        long width = fields.get(field).type().widthBytes();
        long elements = (long) rows(field, microBatch) * rowElements(field, microBatch);
        return slot().asSlice(layout.valuesOffset(field) + firstElement(field, microBatch) * width, elements * width);
    }

    private int firstElement(int field, int microBatch) {
        return layout.isPacked() ? offset(field, microBatchStart(microBatch)) : shape(field, microBatch, 0);
    }

    private int shape(int field, int microBatch, int number) {
        long index = (long) BatchLayout.SHAPE_INTS * microBatch + number;
        return slot().get(ValueLayout.JAVA_INT, layout.shapesOffset(field) + 4L * index);
    }

    /// Where attention begins anew in a field, int32 `[k + 1]`, ascending, in elements of [#values], then the total: at
    /// each sample that has elements, at the part of a split one that lies in the next row, and at the padding of a
    /// row. Packed, these are the [#offsets].
    ///
    /// @throws IllegalStateException for a layout with one sample per row
    public MemorySegment segments(int field) {
        return switch (layout.kind()) {
            case Layout.Packed() -> offsets(field);
            case Layout.Fixed _ -> slot().asSlice(layout.segmentsOffset(field), 4L * (layout.segmentCount(field) + 1));
            case Layout.Padded _, Layout.Buckets _ ->
                throw new IllegalStateException("a row is one sample in layout " + layout.kind());
        };
    }

    /// Bytes of all samples of all fields, without padding.
    public long payloadBytes() {
        return layout.payloadBytes();
    }

    /// Cost of the fullest rank of this step over its proven lower bound; 1 is optimal.
    public double balanceRatio() {
        return balanceRatio;
    }

    /// When its consumer could have had it: the slot was whole, and a daemon's client had a credit.
    /// [System#nanoTime()], which on Linux is the same clock in every process of a host.
    public long readyNanos() {
        return readyNanos;
    }

    /// The whole slot, for a sink that copies or registers it in one piece; the layout says what lies where.
    public MemorySegment slot() {
        if (closed) {
            throw new IllegalStateException("batch of step " + step + ", rank " + rank + " is closed");
        }
        return slot;
    }

    public BatchLayout layout() {
        return layout;
    }

    /// Gives the slot back to the loader.
    @Override
    public void close() {
        closed = true;
        release.run();
    }
}
