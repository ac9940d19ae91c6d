package dev.penstock.trainer.model;

import dev.penstock.batch.Batch;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// The samples of one micro-batch, byte strings one after the other without gaps. Samples may be empty.
///
/// A sample of `n` bytes has `n - 1` targets: each byte but the first, predicted from those before it in the same
/// sample.
///
/// Ownership: aliases the batch it was cut from and dies with it.
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
    public static PackedSamples of(Batch batch, int microBatch) {
        int first = batch.microBatchStart(microBatch);
        int end = batch.microBatchStart(microBatch + 1);
        long[] lengths = new long[end - first];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = (long) batch.offset(0, first + i + 1) - batch.offset(0, first + i);
        }
        long begin = batch.offset(0, first);
        return new PackedSamples(batch.values(0).asSlice(begin, batch.offset(0, end) - begin), lengths);
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
