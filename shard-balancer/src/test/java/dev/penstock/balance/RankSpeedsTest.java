package dev.penstock.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.penstock.error.ConfigurationException;
import dev.penstock.plan.RankAssignment;
import java.util.Arrays;
import java.util.List;
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

    private static long makespan(List<Integer> slowness, int... lengths) {
        RankAssignment assignment = new RankAssignment(slowness.size());
        new ExactBalancer(CostModel.tokens(), MicroBatchPolicy.uncapped(), RankSpeeds.ofSlowness(slowness))
                .assign(lengths, lengths.length, assignment);
        return assignment.makespan();
    }

    @Test
    void itemGoesWhereItIsDoneFirst() {
        assertThat(makespan(List.of(64_000, 1000), 7)).isEqualTo(7_000);
        assertThat(makespan(List.of(1569, 1000), 5)).isEqualTo(5_000);
        assertThat(makespan(List.of(1312, 1990, 1000), 22, 20, 88, 22, 34)).isEqualTo(88_000);
        assertThat(makespan(List.of(1323, 1000), 29, 7, 8, 82, 26)).isEqualTo(89_000);
    }

    @Test
    void neverWorseThanGreedyByCompletionTimeAndNearTheOptimum() {
        SplittableRandom seeds = new SplittableRandom(20_261_122);
        int rounds = 1_000;
        double excess = 0;
        for (int round = 0; round < rounds; round++) {
            long seed = seeds.nextLong();
            SplittableRandom random = new SplittableRandom(seed);
            int[] lengths = Workload.uniform(random, random.nextInt(1, 8), 100);
            int[] slowness = random.ints(random.nextInt(2, 4), 1000, 3000).toArray();

            long makespan = makespan(Arrays.stream(slowness).boxed().toList(), lengths);

            long optimum = BruteForce.makespan(CostModel.tokens(), lengths, slowness);
            assertThat(makespan)
                    .as("seed %d", seed)
                    .isLessThanOrEqualTo(greedy(lengths, slowness))
                    .isGreaterThanOrEqualTo(optimum);
            excess += optimum == 0 ? 0 : (double) makespan / optimum - 1;
        }
        assertThat(excess / rounds).as("mean excess over the optimum").isLessThan(0.01);
    }

    /// Longest first, each where it is done first; written apart from the code under test.
    private static long greedy(int[] lengths, int[] slowness) {
        int[] sorted = lengths.clone();
        Arrays.sort(sorted);
        long[] loads = new long[slowness.length];
        for (int i = sorted.length - 1; i >= 0; i--) {
            int first = 0;
            for (int rank = 1; rank < loads.length; rank++) {
                long end = loads[rank] + (long) sorted[i] * slowness[rank];
                first = end < loads[first] + (long) sorted[i] * slowness[first] ? rank : first;
            }
            loads[first] += (long) sorted[i] * slowness[first];
        }
        return Arrays.stream(loads).max().orElse(0);
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
