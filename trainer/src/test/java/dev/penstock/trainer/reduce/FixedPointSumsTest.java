package dev.penstock.trainer.reduce;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.trainer.tensor.Libtorch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FixedPointSumsTest {

    private static final int WIDTH = 50;
    private static final int TERMS = 300;
    private static final BigDecimal UNIT = new BigDecimal(BigInteger.ONE.shiftLeft(56));

    @BeforeAll
    static void start() {
        Libtorch.initialize(1);
    }

    /// Signed floats whose sizes are spread over more than fifty orders of magnitude, from the smallest float on.
    private static List<float[]> terms(Random random) {
        List<float[]> terms = new ArrayList<>();
        for (int term = 0; term < TERMS; term++) {
            float[] values = new float[WIDTH];
            for (int i = 0; i < WIDTH; i++) {
                int exponent = i % 2 == 0 ? random.nextInt(-149, 38) : random.nextInt(-40, 10);
                values[i] = (float) Math.scalb(random.nextDouble(-1, 1), exponent);
            }
            terms.add(values);
        }
        return terms;
    }

    private static MemorySegment memory(float... values) {
        MemorySegment memory = Arena.ofAuto().allocate(Math.max(1, (long) Float.BYTES * values.length), 64);
        MemorySegment.copy(values, 0, memory, ValueLayout.JAVA_FLOAT, 0, values.length);
        return memory.asSlice(0, (long) Float.BYTES * values.length);
    }

    private static FixedPointSums sums(List<float[]> terms) {
        FixedPointSums sums = new FixedPointSums(WIDTH);
        terms.forEach(term -> sums.take(0, memory(term)));
        return sums;
    }

    private static float[] floats(FixedPointSums sums) {
        MemorySegment read = memory(new float[WIDTH]);
        sums.read(0, read);
        return read.toArray(ValueLayout.JAVA_FLOAT);
    }

    private static BigDecimal inUnits(float value) {
        return new BigDecimal(value).multiply(UNIT).setScale(0, RoundingMode.HALF_EVEN);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void everyOrderAndPartitionGivesTheSameBits(long seed) {
        Random random = new Random(seed);
        List<float[]> terms = terms(random);
        float[] expected = floats(sums(terms));
        for (int round = 0; round < 10; round++) {
            Collections.shuffle(terms, random);
            int parts = 1 + random.nextInt(7);
            FixedPointSums total = new FixedPointSums(WIDTH);
            for (int part = 0; part < parts; part++) {
                List<float[]> share = terms.subList(part * TERMS / parts, (part + 1) * TERMS / parts);
                total.words().add_(sums(share).words());
            }
            assertThat(floats(total)).as("seed %d, %d parts", seed, parts).isEqualTo(expected);
            assertThat(total.isExact()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void sumsAreThoseOfDecimalArithmetic(long seed) {
        List<float[]> terms = terms(new Random(seed));
        FixedPointSums sums = sums(terms);
        float[] found = floats(sums);
        for (int i = 0; i < WIDTH; i++) {
            BigDecimal inUnits = BigDecimal.ZERO;
            BigDecimal exact = BigDecimal.ZERO;
            for (float[] term : terms) {
                inUnits = inUnits.add(inUnits(term[i]));
                exact = exact.add(new BigDecimal(term[i]));
            }
            BigDecimal sum = inUnits.divide(UNIT, MathContext.UNLIMITED);
            assertThat(sums.value(i)).as("seed %d, element %d", seed, i).isEqualTo(sum.doubleValue());
            assertThat(found[i]).as("seed %d, element %d", seed, i).isEqualTo((float) sum.doubleValue());
            assertThat(sum.subtract(exact).abs())
                    .as("seed %d, element %d", seed, i)
                    .isLessThanOrEqualTo(new BigDecimal(TERMS * 0x1p-57));
        }
    }

    @Test
    void floatsAreTakenAndTheirPlaceIsCleared() {
        MemorySegment values = memory(1.5f, -2, 3);
        FixedPointSums sums = new FixedPointSums(5);

        sums.take(1, values);

        assertThat(values.toArray(ValueLayout.JAVA_FLOAT)).containsOnly(0);
        assertThat(List.of(sums.value(0), sums.value(1), sums.value(2), sums.value(3), sums.value(4)))
                .containsExactly(0.0, 1.5, -2.0, 3.0, 0.0);
    }

    @Test
    void doublesAddAsExactlyAsFloats() {
        FixedPointSums sums = new FixedPointSums(2);
        double value = 0.1;
        for (int i = 0; i < 1000; i++) {
            sums.add(1, value);
            sums.add(1, 0x1p37);
            sums.add(1, -0x1p37);
        }

        BigDecimal expected = new BigDecimal(value)
                .multiply(UNIT)
                .setScale(0, RoundingMode.HALF_EVEN)
                .multiply(new BigDecimal(1000));
        assertThat(sums.value(1))
                .isEqualTo(expected.divide(UNIT, MathContext.UNLIMITED).doubleValue());
        assertThat(sums.value(0)).isZero();
    }

    @Test
    void theLargestSumsAndTheMostPartsDoNotWrap() {
        float largest = Math.nextDown(0x1p38f);
        float fullestLowerWord = -0x1p-56f;
        FixedPointSums part = new FixedPointSums(3);
        part.take(0, memory(largest, -largest, fullestLowerWord));
        for (int doubling = 1; doubling < FixedPointSums.MAX_TERMS; doubling *= 2) {
            part.words().add_(part.words());
            if (doubling == FixedPointSums.MAX_PARTS / 2) {
                assertThat(part.value(1)).isEqualTo(-(double) largest * FixedPointSums.MAX_PARTS);
                assertThat(part.value(2)).isEqualTo((double) fullestLowerWord * FixedPointSums.MAX_PARTS);
            }
        }
        assertThat(part.isExact()).isTrue();
        assertThat(part.value(0)).isEqualTo((double) largest * FixedPointSums.MAX_TERMS);
        assertThat(part.value(1)).isEqualTo(-(double) largest * FixedPointSums.MAX_TERMS);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0x1p38f, -0x1p38f})
    void valuesOutOfBoundsAreSeenInWhicheverPartTheyAre(float value) {
        FixedPointSums floats = new FixedPointSums(2);
        floats.take(0, memory(1, value));
        FixedPointSums doubles = new FixedPointSums(2);
        doubles.add(0, value);
        FixedPointSums total = new FixedPointSums(2);
        assertThat(total.isExact()).isTrue();

        total.words().add_(floats.words());
        assertThat(total.isExact()).isFalse();
        assertThat(doubles.isExact()).isFalse();

        total.clear();
        assertThat(total.isExact()).isTrue();
    }

    @Test
    void rowsLongerThanAChunkAreSummedWhole() {
        float[] row = new float[200_000];
        Random random = new Random(7);
        for (int i = 0; i < row.length; i++) {
            row[i] = random.nextFloat();
        }
        FixedPointSums sums = new FixedPointSums(row.length);
        sums.take(0, memory(row));
        sums.take(0, memory(row));

        MemorySegment read = memory(new float[row.length]);
        sums.read(0, read);

        float[] twice = row.clone();
        for (int i = 0; i < twice.length; i++) {
            twice[i] *= 2;
        }
        assertThat(read.toArray(ValueLayout.JAVA_FLOAT)).isEqualTo(twice);
    }
}
