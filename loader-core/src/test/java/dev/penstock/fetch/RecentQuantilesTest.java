package dev.penstock.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RecentQuantilesTest {

    @Test
    void quantilesAreRightToWithinAnEighth() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        RecentQuantiles quantiles = new RecentQuantiles();
        long[] values = new long[400];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextLong() >>> (1 + random.nextInt(60));
            quantiles.record(values[i]);
        }
        Arrays.sort(values);
        for (double quantile : new double[] {0.01, 0.25, 0.5, 0.95, 1}) {
            long exact = values[(int) Math.ceil(quantile * values.length) - 1];
            assertThat((double) quantiles.quantile(quantile))
                    .as("quantile %s, seed %s", quantile, seed)
                    .isBetween((double) exact, exact * 1.125 + 1);
        }
    }

    @Test
    void oldMeasurementsFade() {
        RecentQuantiles quantiles = new RecentQuantiles();
        for (int i = 0; i < 500; i++) {
            quantiles.record(1000);
        }
        for (int i = 0; i < 2000; i++) {
            quantiles.record(10);
        }
        assertThat(quantiles.quantile(0.95)).isLessThan(12);
        assertThat(quantiles.count()).isBetween(250, 512);
    }

    @Test
    void nothingMeasuredIsZero() {
        assertThat(new RecentQuantiles().quantile(0.95)).isZero();
    }
}
