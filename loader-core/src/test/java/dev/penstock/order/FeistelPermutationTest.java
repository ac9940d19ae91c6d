package dev.penstock.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FeistelPermutationTest {

    private static final long SEED = 20_261_121;

    @Test
    void everySmallSizeIsPermutedAndInverted() {
        for (int size = 1; size <= 600; size++) {
            var permutation = new FeistelPermutation(size, SplitMix64.key(SEED, size, 0));
            BitSet images = new BitSet(size);
            for (int x = 0; x < size; x++) {
                long y = permutation.apply(x);
                images.set((int) y);
                assertThat(permutation.invert(y))
                        .as("size %d seed %d", size, SEED)
                        .isEqualTo(x);
            }
            assertThat(images.cardinality()).as("size %d seed %d", size, SEED).isEqualTo(size);
        }
    }

    @Test
    void hugeSizesAreInverted() {
        var random = new SplittableRandom(SEED);
        for (int round = 0; round < 20_000; round++) {
            long size = random.nextLong(1, FeistelPermutation.MAX_SIZE + 1) >>> random.nextInt(62);
            var permutation = new FeistelPermutation(Math.max(1, size), random.nextLong());
            long x = random.nextLong(permutation.size());
            long y = permutation.apply(x);
            assertThat(y).isBetween(0L, permutation.size() - 1);
            assertThat(permutation.invert(y)).as("size %d seed %d", size, SEED).isEqualTo(x);
        }
    }

    @Test
    void largestSizeIsServedAndLargerOnesAreRefused() {
        var permutation = new FeistelPermutation(FeistelPermutation.MAX_SIZE, SEED);
        assertThat(permutation.invert(permutation.apply(FeistelPermutation.MAX_SIZE - 1)))
                .isEqualTo(FeistelPermutation.MAX_SIZE - 1);
        assertThatThrownBy(() -> new FeistelPermutation(FeistelPermutation.MAX_SIZE + 1, SEED))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> permutation.apply(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    /// Neighbours land independently: over many keys, every ordered pair of images is equally likely.
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5, 8, 9, 16, 17, 33, 65})
    void imagesOfNeighboursAreUniformOverKeys(int size) {
        int keys = 300_000;
        long[] counts = new long[size * size];
        for (int epoch = 0; epoch < keys; epoch++) {
            var permutation = new FeistelPermutation(size, SplitMix64.key(SEED, epoch, 0));
            long x = epoch % (size - 1);
            counts[(int) (permutation.apply(x) * size + permutation.apply(x + 1))]++;
        }
        int cells = size * (size - 1);
        double expected = (double) keys / cells;
        double chiSquare = 0;
        for (int cell = 0; cell < counts.length; cell++) {
            if (cell / size != cell % size) {
                chiSquare += (counts[cell] - expected) * (counts[cell] - expected) / expected;
            }
        }
        assertThat(standardScore(chiSquare, cells - 1))
                .as("size %d seed %d", size, SEED)
                .isLessThan(4.5);
    }

    /// Each part of one long order holds its share of each part of the storage.
    @ParameterizedTest
    @ValueSource(ints = {5_000, 15_224, 1_000_000})
    void partsOfAnOrderDrawEvenlyFromPartsOfTheStorage(int size) {
        int parts = 50;
        long[] counts = new long[parts * parts];
        var permutation = new FeistelPermutation(size, SEED);
        for (long x = 0; x < size; x++) {
            counts[(int) (x * parts / size * parts + permutation.apply(x) * parts / size)]++;
        }
        double expected = (double) size / counts.length;
        double chiSquare = LongStream.of(counts)
                .mapToDouble(count -> (count - expected) * (count - expected) / expected)
                .sum();
        int freedom = (parts - 1) * (parts - 1);
        assertThat(standardScore(chiSquare, freedom)).as("seed %d", SEED).isBetween(-4.5, 4.5);
    }

    /// The chi-square statistic in standard deviations (Wilson and Hilferty, 1931).
    private static double standardScore(double chiSquare, double freedom) {
        double spread = 2 / (9 * freedom);
        return (Math.cbrt(chiSquare / freedom) - (1 - spread)) / Math.sqrt(spread);
    }
}
