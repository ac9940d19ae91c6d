package dev.penstock.bench.micro;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class AssignRunTest {

    @Test
    void timeAndAllocationAreMeasuredInAJvmOfItsOwn() {
        AssignRun run = AssignRun.measure(2, new int[][] {{5, 1, 4}, {7, 7, 7}}, 2, Duration.ofMillis(20));

        assertThat(run.micros().least()).isPositive();
        assertThat(run.micros().most()).isFinite();
        assertThat(run.allocatedBytes()).isNotNegative();
    }
}
