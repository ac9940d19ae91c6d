package dev.penstock.trainer.reduce;

import dev.penstock.trainer.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// A row of sums whose bits do not depend on the order or the grouping of what is added.
///
/// A value is rounded to a whole number of units of 2⁻⁵⁶, by itself, and whole numbers add without rounding: sums can
/// be made in any order, in parts, and on several ranks, whose words are added as int64. The sum is off the true one by
/// at most 2⁻⁵⁷ per value, before it is rounded once to what it is read as.
///
/// Bounds: a value is finite and smaller than 2³⁸ in size, and a sum has at most 2²⁰ terms, made of at most 2¹¹ parts.
/// What breaks a bound is counted, and the count is summed with the rest, so that all ranks see it: see [#isExact()].
/// Nothing wraps unseen.
///
/// Source: Hallberg & Adcroft 2014, "An order-invariant real-to-integer conversion sum". Two words with a fixed unit
/// need no pass over the values to find the largest, as the pre-rounding of Demmel & Nguyen 2013, "Fast reproducible
/// floating-point summation", does: gradients come one after the other and are not kept.
///
/// Threading: confined to one thread.
final class FixedPointSums {

    /// Terms of one sum. With the largest value, 2⁴² in the upper word, they reach 2⁶² and leave it room for the
    /// carries.
    static final long MAX_TERMS = 1L << 20;

    /// Parts that may be added before carries are taken: each lower word is below 2⁵², and 2¹¹ of them below 2⁶³.
    static final int MAX_PARTS = 1 << 11;

    private static final float VALUE_LIMIT = 0x1p38f;

    /// Bits of a non-negative float order as the float does, and those of infinity and NaN come last.
    private static final int LIMIT_BITS = Float.floatToRawIntBits(VALUE_LIMIT);

    private static final int SIGN_CLEARED = 0x7fffffff;

    private static final int LOW_BITS = 52;
    private static final long LOW_MASK = (1L << LOW_BITS) - 1;

    private static final double HIGH_PER_ONE = 0x1p4;
    private static final double HIGH_UNIT = 1 / HIGH_PER_ONE;
    private static final double LOW_PER_ONE = 0x1p56;
    private static final double LOW_UNIT = 1 / LOW_PER_ONE;

    /// Elements that are added between two range checks of a segment: loops over an int index compile to vectors.
    private static final int CHUNK = 1 << 16;

    private final Tensor words;
    private final MemorySegment high;
    private final MemorySegment low;
    private final MemorySegment refused;

    /// Sums of zero terms.
    FixedPointSums(long count) {
        words = torch.zeros(new long[] {2 * count + 1}, new TensorOptions(ScalarType.Long));
        MemorySegment memory = Tensors.memory(words);
        high = memory.asSlice(0, Long.BYTES * count);
        low = memory.asSlice(Long.BYTES * count, Long.BYTES * count);
        refused = memory.asSlice(2 * Long.BYTES * count, Long.BYTES);
    }

    /// What parts of the same sums are added by, element by element, int64 contiguous:
    ///
    /// ```
    /// high[count]   the upper word of each sum, in units of 2⁻⁴
    /// low[count]    the lower one, in units of 2⁻⁵⁶
    /// refused       how many values broke a bound
    /// ```
    Tensor words() {
        return words;
    }

    void clear() {
        words.zero_();
    }

    /// Adds floats to the sums from `first` on and leaves zeros in their place.
    ///
    /// @param floats native memory, as large as it has elements
    void take(long first, MemorySegment floats) {
        long size = floats.byteSize() / Float.BYTES;
        int largest = 0;
        for (long from = 0; from < size; from += CHUNK) {
            int length = (int) Math.min(CHUNK, size - from);
            long at = Long.BYTES * (first + from);
            largest = Math.max(
                    largest,
                    take(
                            floats.asSlice(Float.BYTES * from, (long) Float.BYTES * length),
                            high.asSlice(at, (long) Long.BYTES * length),
                            low.asSlice(at, (long) Long.BYTES * length),
                            length));
        }
        if (largest >= LIMIT_BITS) {
            refuse();
        }
    }

    /// @return the largest bits of a value without its sign
    private static int take(MemorySegment floats, MemorySegment high, MemorySegment low, int length) {
        int largest = 0;
        for (int i = 0; i < length; i++) {
            float value = floats.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            largest = Math.max(largest, Float.floatToRawIntBits(value) & SIGN_CLEARED);
            double upper = upper(value);
            long lower = low.getAtIndex(ValueLayout.JAVA_LONG, i) + lower(value, upper);
            high.setAtIndex(
                    ValueLayout.JAVA_LONG,
                    i,
                    high.getAtIndex(ValueLayout.JAVA_LONG, i) + (long) upper + (lower >> LOW_BITS));
            low.setAtIndex(ValueLayout.JAVA_LONG, i, lower & LOW_MASK);
            floats.setAtIndex(ValueLayout.JAVA_FLOAT, i, 0);
        }
        return largest;
    }

    /// Adds one value to one sum; a double as exactly as a float.
    void add(long element, double value) {
        if (!(Math.abs(value) < VALUE_LIMIT)) {
            refuse();
            return;
        }
        double upper = upper(value);
        long lower = low.getAtIndex(ValueLayout.JAVA_LONG, element) + lower(value, upper);
        high.setAtIndex(
                ValueLayout.JAVA_LONG,
                element,
                high.getAtIndex(ValueLayout.JAVA_LONG, element) + (long) upper + (lower >> LOW_BITS));
        low.setAtIndex(ValueLayout.JAVA_LONG, element, lower & LOW_MASK);
    }

    private static double upper(double value) {
        return Math.rint(value * HIGH_PER_ONE);
    }

    /// The upper part comes off exactly, since both ends of the difference are multiples of the value's last place;
    /// what is left is at most 2⁻⁵.
    private static long lower(double value, double upper) {
        return (long) Math.rint((value - upper * HIGH_UNIT) * LOW_PER_ONE);
    }

    private void refuse() {
        refused.set(ValueLayout.JAVA_LONG, 0, refused.get(ValueLayout.JAVA_LONG, 0) + 1);
    }

    /// Whether every value was within its bound; where not, the sums mean nothing.
    boolean isExact() {
        return refused.get(ValueLayout.JAVA_LONG, 0) == 0;
    }

    /// One sum; correctly rounded below 2⁴⁹ in size.
    double value(long element) {
        return value(high.getAtIndex(ValueLayout.JAVA_LONG, element), low.getAtIndex(ValueLayout.JAVA_LONG, element));
    }

    /// The two words have one form for one sum, whatever it was made of: that with the lower one in [0, 2⁵²).
    private static double value(long high, long low) {
        return (high + (low >> LOW_BITS)) * HIGH_UNIT + (low & LOW_MASK) * LOW_UNIT;
    }

    /// Overwrites floats with the sums from `first` on.
    ///
    /// @param floats native memory, as large as it has elements
    void read(long first, MemorySegment floats) {
        long size = floats.byteSize() / Float.BYTES;
        for (long from = 0; from < size; from += CHUNK) {
            int length = (int) Math.min(CHUNK, size - from);
            long at = Long.BYTES * (first + from);
            read(
                    high.asSlice(at, (long) Long.BYTES * length),
                    low.asSlice(at, (long) Long.BYTES * length),
                    floats.asSlice(Float.BYTES * from, (long) Float.BYTES * length),
                    length);
        }
    }

    private static void read(MemorySegment high, MemorySegment low, MemorySegment floats, int length) {
        for (int i = 0; i < length; i++) {
            double sum = value(high.getAtIndex(ValueLayout.JAVA_LONG, i), low.getAtIndex(ValueLayout.JAVA_LONG, i));
            floats.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) sum);
        }
    }
}
