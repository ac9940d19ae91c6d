package dev.penstock.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.penstock.error.ConfigurationException;
import dev.penstock.plan.RankAssignment;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RankSpeedsTest {

    private static long[] loads(RankSpeeds speeds, int ranks, int[] lengths) {
        RankAssignment assignment = new RankAssignment(ranks);
        new ExactBalancer(CostModel.tokens(), MicroBatchPolicy.uncapped(), speeds)
                .assign(lengths, lengths.length, assignment);
        Assignments.assertPartition(assignment, lengths.length, speeds.toString());
        assertThat(assignment.makespan()).isGreaterThanOrEqualTo(assignment.lowerBound());
        assertThat(assignment.balanceRatio()).isLessThan(1.001);
        return Assignments.loads(assignment, CostModel.tokens(), lengths);
    }

    @Test
    void ranksGetWorkInProportionToTheirSpeed() {
        int[] lengths = Workload.logNormal(new SplittableRandom(1), 512, 6.2, 1.0, 8192);
        long[] loads = loads(RankSpeeds.of(1.0, 0.5, 0.75, 1.0), 4, lengths);

        double total = Arrays.stream(loads).sum();
        assertThat(loads[0] / total).isCloseTo(1 / 3.25, within(0.002));
        assertThat(loads[1] / total).isCloseTo(0.5 / 3.25, within(0.002));
        assertThat(loads[2] / total).isCloseTo(0.75 / 3.25, within(0.002));
    }

    @Test
    void equalSpeedsChangeNothing() {
        int[] lengths = Workload.logNormal(new SplittableRandom(2), 256, 6.6, 1.2, 32_768);

        assertThat(RankSpeeds.of(3.5, 3.5, 3.5)).isSameAs(RankSpeeds.EQUAL);
        assertThat(loads(RankSpeeds.EQUAL, 3, lengths)).isEqualTo(loads(RankSpeeds.of(), 3, lengths));
    }

    @Test
    void rankThatWasNotMeasuredCountsAsTheMedian() {
        assertThat(RankSpeeds.of(2, Double.NaN, 1, 2)).hasToString("[1000, 1000, 2000, 1000]");
        assertThat(RankSpeeds.of(Double.NaN, 0, -1)).isSameAs(RankSpeeds.EQUAL);
    }

    @Test
    void stuckRankKeepsALittleWork() {
        assertThat(RankSpeeds.of(1, 1e-9)).hasToString("[1000, 64000]");
    }

    @Test
    void anotherNumberOfRanksIsRefused() {
        ExactBalancer balancer =
                new ExactBalancer(CostModel.tokens(), MicroBatchPolicy.uncapped(), RankSpeeds.of(1, 2));
        assertThatThrownBy(() -> balancer.assign(new int[] {1}, 1, new RankAssignment(3)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("ranks=3, speeds=2");
    }
}
