package dev.penstock.trainer.model;

import dev.penstock.batch.Batch;
import dev.penstock.batch.BatchLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// One micro-batch of a batch: what goes through a model at once.
///
/// Ownership: aliases the batch it was cut from and dies with it.
///
/// @param firstSample index in the batch
public record MicroBatch(Batch batch, int firstSample, int sampleCount) {

    /// A micro-batch as the loader cut it.
    ///
    /// @param number among the batch's micro-batches
    public MicroBatch(Batch batch, int number) {
        this(batch, batch.microBatchStart(number), batch.microBatchStart(number + 1) - batch.microBatchStart(number));
    }

    /// Elements of a field, sample after sample without padding.
    ///
    /// Of a packed batch they are aliased; of any other layout they are copied together, so that what a model learns
    /// does not depend on the layout. A sample alone always begins at an aligned address, copied there if need be, so
    /// that the bits of what kernels make of it do not depend on its neighbours either.
    public MemorySegment values(int field) {
        return batch.layout().isPacked() && (sampleCount > 1 || isAligned(packed(field)))
                ? packed(field)
                : unpadded(field);
    }

    private static boolean isAligned(MemorySegment values) {
        return values.address() % BatchLayout.ALIGNMENT_BYTES == 0;
    }

    private MemorySegment packed(int field) {
        long widthBytes = batch.fields().get(field).type().widthBytes();
        long begin = batch.offset(field, firstSample) * widthBytes;
        long end = batch.offset(field, firstSample + sampleCount) * widthBytes;
        return batch.values(field).asSlice(begin, end - begin);
    }

    private MemorySegment unpadded(int field) {
        long widthBytes = batch.fields().get(field).type().widthBytes();
        long[] lengths = lengths(field);
        MemorySegment values = batch.values(field);
        MemorySegment packed =
                Arena.ofAuto().allocate(Arrays.stream(lengths).sum() * widthBytes, BatchLayout.ALIGNMENT_BYTES);
        long to = 0;
        for (int i = 0; i < lengths.length; i++) {
            long from = batch.offset(field, firstSample + i) * widthBytes;
            MemorySegment.copy(values, from, packed, to, lengths[i] * widthBytes);
            to += lengths[i] * widthBytes;
        }
        return packed;
    }

    /// Elements of each sample in a field, without padding.
    public long[] lengths(int field) {
        long[] lengths = new long[sampleCount];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = batch.length(field, firstSample + i);
        }
        return lengths;
    }
}
