package dev.penstock.trainer.model;

import dev.penstock.batch.Batch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// The samples of one micro-batch, byte strings one after the other without gaps. Samples may be empty.
///
/// A sample of `n` bytes has `n - 1` targets: each byte but the first, predicted from those before it in the same
/// sample.
///
/// Ownership: may alias the batch it was cut from, and dies with it.
public final class PackedSamples {

    private final MemorySegment bytes;
    private final long[] lengths;

    /// @param bytes native memory, `lengths` in sum
    public PackedSamples(MemorySegment bytes, long... lengths) {
        if (Arrays.stream(lengths).sum() != bytes.byteSize()) {
            throw new IllegalArgumentException(
                    "lengths " + Arrays.toString(lengths) + " do not add up to " + bytes.byteSize() + " bytes");
        }
        this.bytes = bytes;
        this.lengths = lengths.clone();
    }

    /// Cuts one micro-batch out of the first field of a batch, which holds bytes.
    ///
    /// A packed one is aliased. Of any other layout the samples are copied together without their padding, so that what
    /// is learned does not depend on the layout.
    public static PackedSamples of(Batch batch, int microBatch) {
        int first = batch.microBatchStart(microBatch);
        int end = batch.microBatchStart(microBatch + 1);
        long[] lengths = new long[end - first];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = batch.length(0, first + i);
        }
        MemorySegment rows = batch.microBatchValues(0, microBatch);
        return new PackedSamples(batch.layout().isPacked() ? rows : unpadded(batch, first, lengths), lengths);
    }

    private static MemorySegment unpadded(Batch batch, int first, long[] lengths) {
        MemorySegment values = batch.values(0);
        MemorySegment bytes = Arena.ofAuto().allocate(Arrays.stream(lengths).sum());
        long to = 0;
        for (int i = 0; i < lengths.length; i++) {
            MemorySegment.copy(values, batch.offset(0, first + i), bytes, to, lengths[i]);
            to += lengths[i];
        }
        return bytes;
    }

    public MemorySegment bytes() {
        return bytes;
    }

    /// Bytes of each sample, in order.
    public long[] lengths() {
        return lengths.clone();
    }

    public long byteCount() {
        return bytes.byteSize();
    }

    /// Bytes that are predicted.
    public long targetCount() {
        return Arrays.stream(lengths).map(length -> Math.max(0, length - 1)).sum();
    }

    long maxLength() {
        return Arrays.stream(lengths).max().orElse(0);
    }
}
