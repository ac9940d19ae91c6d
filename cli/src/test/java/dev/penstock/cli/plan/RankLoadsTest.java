package dev.penstock.cli.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.penstock.balance.CostModel;
import dev.penstock.balance.ExactBalancer;
import dev.penstock.balance.MicroBatchPolicy;
import dev.penstock.plan.RankAssignment;
import org.junit.jupiter.api.Test;

class RankLoadsTest {

    private static void add(RankLoads loads, int... lengths) {
        RankAssignment assignment = new RankAssignment(loads.ranks());
        new ExactBalancer(CostModel.tokens(), MicroBatchPolicy.uncapped()).assign(lengths, lengths.length, assignment);
        loads.add(CostModel.tokens(), lengths, assignment);
    }

    @Test
    void loadsAreOverTheMeanFullestFirstAveragedOverSteps() {
        RankLoads loads = new RankLoads(2);
        add(loads, 1, 3);
        add(loads, 10, 10);

        assertThat(loads.atPlace(0)).isCloseTo((1.5 + 1) / 2, within(1e-12));
        assertThat(loads.atPlace(1)).isCloseTo((0.5 + 1) / 2, within(1e-12));
    }

    @Test
    void stepWithoutCostCountsForNothing() {
        RankLoads loads = new RankLoads(2);
        assertThat(loads.atPlace(0)).isEqualTo(1);
        add(loads, 0, 0);
        add(loads, 2, 0);

        assertThat(loads.atPlace(0)).isEqualTo(2);
        assertThat(loads.atPlace(1)).isZero();
    }
}
