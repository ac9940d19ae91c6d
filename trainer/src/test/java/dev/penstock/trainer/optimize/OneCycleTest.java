package dev.penstock.trainer.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.penstock.error.ConfigurationException;
import org.junit.jupiter.api.Test;

class OneCycleTest {

    private final OneCycle schedule = new OneCycle(1.0, 10, 110, 0.1);

    @Test
    void risesInALineAndFallsAsACosine() {
        assertThat(schedule.learningRate(0)).isEqualTo(0.1);
        assertThat(schedule.learningRate(4)).isEqualTo(0.5);
        assertThat(schedule.learningRate(9)).isEqualTo(1.0);
        assertThat(schedule.learningRate(10)).isEqualTo(1.0);
        assertThat(schedule.learningRate(60)).isCloseTo(0.55, within(1e-12));
        assertThat(schedule.learningRate(110)).isCloseTo(0.1, within(1e-12));
    }

    @Test
    void staysAtTheLastRatePastTheEnd() {
        assertThat(schedule.learningRate(1_000_000)).isEqualTo(schedule.learningRate(110));
    }

    @Test
    void startsAtThePeakWithoutWarmUp() {
        assertThat(new OneCycle(0.5, 0, 10, 0).learningRate(0)).isEqualTo(0.5);
    }

    @Test
    void aWarmUpAsLongAsTheRunIsRefused() {
        assertThatThrownBy(() -> new OneCycle(1, 10, 10, 0))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("warmUpSteps=10, totalSteps=10");
    }
}
