package dev.penstock.trainer.model;

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

    /// The samples of a micro-batch, whose first field is bytes.
    static PackedSamples of(MicroBatch microBatch) {
        return new PackedSamples(microBatch.values(0), microBatch.lengths(0));
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
