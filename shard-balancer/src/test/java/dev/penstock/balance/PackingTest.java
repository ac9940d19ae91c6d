package dev.penstock.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PackingTest {

    private static final int[] LENGTHS = {9, 3, 5, 2, 0, 1};

    @Test
    void packedSamplesHaveNoPadding() {
        assertThat(Packing.PACKED.elements(LENGTHS, 10)).isEqualTo(20);
    }

    @Test
    void paddedMicroBatchesAreSortedAndEndAtTheCap() {
        assertThat(Packing.PADDED.elements(LENGTHS, 10)).isEqualTo(9 + 2 * 5 + 3 * 2);
        assertThat(Packing.PADDED.elements(LENGTHS, Integer.MAX_VALUE)).isEqualTo(6 * 9);
    }

    @Test
    void fixedRowsAreFilledByBestFitAndCutNothing() {
        assertThat(Packing.FIXED_ROWS.elements(LENGTHS, 10)).isEqualTo(2 * 10);
        assertThat(Packing.FIXED_ROWS.elements(new int[] {25, 5}, 10)).isEqualTo(3 * 10);
        assertThat(Packing.FIXED_ROWS.elements(new int[0], 10)).isZero();
    }

    @Test
    void bucketsEndAtPowersOfTwoAndAtTheCap() {
        assertThat(Packing.LENGTH_BUCKETS.elements(LENGTHS, 10)).isEqualTo(10 + 4 + 8 + 2 + 0 + 1);
        assertThat(Packing.LENGTH_BUCKETS.elements(new int[] {1 << 30, Integer.MAX_VALUE}, Integer.MAX_VALUE))
                .isEqualTo((1L << 30) + Integer.MAX_VALUE);
    }

    @Test
    void noPackingComputesLessThanTheSamples() {
        SplittableRandom random = new SplittableRandom(4);
        for (int round = 0; round < 200; round++) {
            int[] lengths = Workload.uniform(random, random.nextInt(30), 50);
            int cap = random.nextInt(1, 80);
            long tokens = Arrays.stream(lengths).sum();
            for (Packing packing : Packing.values()) {
                assertThat(packing.elements(lengths, cap))
                        .as("%s, round %d", packing, round)
                        .isGreaterThanOrEqualTo(tokens);
            }
        }
    }
}
