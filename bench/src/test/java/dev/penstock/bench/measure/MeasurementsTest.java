package dev.penstock.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MeasurementsTest {

    @Test
    void theMedianIsTheMiddleOrTheMeanOfTheTwoMiddleValues() {
        assertThat(Measurements.of(9, 1, 4).median()).isEqualTo(4);
        assertThat(Measurements.of(9, 1, 4, 6).median()).isEqualTo(5);
    }

    @Test
    void aQuantileIsTheSmallestValueThatReachesTheShare() {
        Measurements measurements = Measurements.of(40, 10, 30, 20);
        assertThat(measurements.quantile(0.5)).isEqualTo(20);
        assertThat(measurements.quantile(0.51)).isEqualTo(30);
        assertThat(measurements.quantile(0.99)).isEqualTo(40);
        assertThat(measurements.quantile(0)).isEqualTo(10);
    }
}
