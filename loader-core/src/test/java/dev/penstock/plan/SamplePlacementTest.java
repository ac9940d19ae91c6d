package dev.penstock.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.batch.Layout;
import dev.penstock.batch.LongerThanRow;
import dev.penstock.error.ConfigurationException;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SamplePlacementTest {

    private static final int[] COUNTS = {4, 0, 3, 2, 5};
    private static final int[] MICRO_BATCHES = {0, 3, 3, 5};

    private final SamplePlacement placement = new SamplePlacement();

    private void place(Layout layout, int... counts) {
        placement.place(layout, counts, counts, MICRO_BATCHES, MICRO_BATCHES.length - 1);
    }

    private long[] starts() {
        return IntStream.range(0, COUNTS.length).mapToLong(placement::start).toArray();
    }

    /// First element, rows and elements per row of each micro-batch.
    private List<List<Long>> shapes() {
        return IntStream.range(0, MICRO_BATCHES.length - 1)
                .mapToObj(m ->
                        List.of(placement.firstElement(m), (long) placement.rows(m), (long) placement.rowElements(m)))
                .toList();
    }

    private long[] segments() {
        return LongStream.rangeClosed(0, placement.segmentCount())
                .map(i -> placement.segment((int) i))
                .toArray();
    }

    @Test
    void packedSamplesLieEndToEnd() {
        place(new Layout.Packed(), COUNTS);
        assertThat(starts()).containsExactly(0, 4, 4, 7, 9);
        assertThat(placement.elements()).isEqualTo(14);
        assertThat(placement.segmentCount()).isZero();
    }

    @Test
    void paddedRowsAreAsLongAsTheLongestOfTheirMicroBatch() {
        place(new Layout.Padded(), COUNTS);
        assertThat(starts()).containsExactly(0, 4, 8, 12, 17);
        assertThat(shapes()).containsExactly(List.of(0L, 3L, 4L), List.of(12L, 0L, 0L), List.of(12L, 2L, 5L));
        assertThat(placement.elements()).isEqualTo(22);
    }

    @Test
    void fixedRowsBeginWhereTheNextSampleDoesNotFit() {
        place(new Layout.Fixed(6, LongerThanRow.SPLIT), COUNTS);
        assertThat(starts()).containsExactly(0, 4, 6, 12, 18);
        assertThat(shapes()).containsExactly(List.of(0L, 2L, 6L), List.of(12L, 0L, 6L), List.of(12L, 2L, 6L));
        assertThat(segments()).containsExactly(0, 4, 6, 9, 12, 14, 18, 23, 24);
    }

    @Test
    void splitSampleStaysTogetherAndAttentionBeginsAnewInEachOfItsRows() {
        place(new Layout.Fixed(2, LongerThanRow.SPLIT), COUNTS);
        assertThat(starts()).containsExactly(0, 4, 4, 8, 10);
        assertThat(placement.elements()).isEqualTo(16);
        assertThat(segments()).containsExactly(0, 2, 4, 6, 7, 8, 10, 12, 14, 15, 16);
    }

    @Test
    void bucketsHaveAllTheirRowsAlsoWithoutSamples() {
        place(new Layout.Buckets(List.of(2, 4, 8), 16), COUNTS);
        assertThat(starts()).containsExactly(0, 4, 8, 32, 40);
        assertThat(shapes()).containsExactly(List.of(0L, 4L, 4L), List.of(16L, 8L, 2L), List.of(32L, 2L, 8L));
    }

    @Test
    void moreSamplesThanABucketHasRowsAreRefused() {
        assertThatThrownBy(() -> place(new Layout.Buckets(List.of(2, 8)), COUNTS))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("laying out a micro-batch failed: layout=bucket=2,8, samples=3, rows=1;"
                        + " give the assigner the layout of the loader");
    }

    @Test
    void batchWithoutSamplesHasNoElements() {
        for (Layout layout :
                List.of(new Layout.Packed(), new Layout.Padded(), new Layout.Fixed(4, LongerThanRow.SPLIT))) {
            placement.place(layout, new int[0], new int[0], new int[] {0}, 0);
            assertThat(placement.elements()).as("%s", layout).isZero();
            assertThat(placement.segmentCount()).as("%s", layout).isZero();
        }
    }
}
