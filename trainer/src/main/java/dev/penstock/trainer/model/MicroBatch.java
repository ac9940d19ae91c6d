package dev.penstock.trainer.model;

import dev.penstock.batch.Batch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// One micro-batch of a batch: what goes through a model at once.
///
/// Ownership: aliases the batch it was cut from and dies with it.
///
/// @param number among the batch's micro-batches
public record MicroBatch(Batch batch, int number) {

    /// Index of the first sample in the batch.
    public int firstSample() {
        return batch.microBatchStart(number);
    }

    public int sampleCount() {
        return batch.microBatchStart(number + 1) - firstSample();
    }

    /// Elements of a field, sample after sample without padding.
    ///
    /// Of a packed batch they are aliased; of any other layout they are copied together, so that what a model learns
    /// does not depend on the layout.
    public MemorySegment values(int field) {
        MemorySegment rows = batch.microBatchValues(field, number);
        return batch.layout().isPacked() ? rows : unpadded(field);
    }

    private MemorySegment unpadded(int field) {
        long widthBytes = batch.fields().get(field).type().widthBytes();
        long[] lengths = lengths(field);
        MemorySegment values = batch.values(field);
        MemorySegment packed = Arena.ofAuto().allocate(Arrays.stream(lengths).sum() * widthBytes, widthBytes);
        long to = 0;
        for (int i = 0; i < lengths.length; i++) {
            long from = batch.offset(field, firstSample() + i) * widthBytes;
            MemorySegment.copy(values, from, packed, to, lengths[i] * widthBytes);
            to += lengths[i] * widthBytes;
        }
        return packed;
    }

    /// Elements of each sample in a field, without padding.
    public long[] lengths(int field) {
        long[] lengths = new long[sampleCount()];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = batch.length(field, firstSample() + i);
        }
        return lengths;
    }
}
