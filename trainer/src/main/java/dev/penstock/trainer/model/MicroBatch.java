package dev.penstock.trainer.model;

import dev.penstock.batch.Batch;
import java.lang.foreign.MemorySegment;

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

    /// Packed elements of a field.
    public MemorySegment values(int field) {
        int end = firstSample() + sampleCount();
        long widthBytes = batch.fields().get(field).type().widthBytes();
        long begin = batch.offset(field, firstSample());
        return batch.values(field).asSlice(begin * widthBytes, (batch.offset(field, end) - begin) * widthBytes);
    }

    /// Elements of each sample in a field.
    public long[] lengths(int field) {
        long[] lengths = new long[sampleCount()];
        for (int i = 0; i < lengths.length; i++) {
            int sample = firstSample() + i;
            lengths[i] = (long) batch.offset(field, sample + 1) - batch.offset(field, sample);
        }
        return lengths;
    }
}
