package dev.penstock.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.ConfigurationException;
import dev.penstock.plan.RankAssigner;
import dev.penstock.plan.RankAssignment;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class ExactBalancerTest {

    private static final CostModel TOKENS = CostModel.tokens();
    private static final MicroBatchPolicy UNCAPPED = MicroBatchPolicy.uncapped();

    private final SplittableRandom seeds = new SplittableRandom(20_261_121);

    @Test
    void everyItemGoesToExactlyOneRank() {
        ExactBalancer balancer = new ExactBalancer(new CostModel(3, 1, 7), MicroBatchPolicy.upTo(4_000));
        for (int round = 0; round < 300; round++) {
            long seed = seeds.nextLong();
            SplittableRandom random = new SplittableRandom(seed);
            int[] lengths = Workload.uniform(random, random.nextInt(0, 200), 4_000);
            RankAssignment assignment = new RankAssignment(random.nextInt(1, 20));

            balancer.assign(lengths, lengths.length, assignment);

            Assignments.assertPartition(assignment, lengths.length, "seed " + seed);
        }
    }

    @Test
    void makespanIsTheCostOfTheFullestRank() {
        CostModel model = new CostModel(5, 2, 11);
        ExactBalancer balancer = new ExactBalancer(model, UNCAPPED);
        for (int round = 0; round < 100; round++) {
            long seed = seeds.nextLong();
            int[] lengths = Workload.uniform(new SplittableRandom(seed), 50, 1_000);
            RankAssignment assignment = new RankAssignment(7);

            balancer.assign(lengths, lengths.length, assignment);

            assertThat(Assignments.makespan(assignment, model, lengths))
                    .as("seed %d", seed)
                    .isEqualTo(assignment.makespan());
        }
    }

    @Test
    void smallBatchesAreBoundedByTheOptimumOnBothSides() {
        CostModel model = new CostModel(4, 1, 9);
        ExactBalancer balancer = new ExactBalancer(model, UNCAPPED);
        int optimal = 0;
        int rounds = 2_000;
        for (int round = 0; round < rounds; round++) {
            long seed = seeds.nextLong();
            SplittableRandom random = new SplittableRandom(seed);
            int[] lengths = Workload.uniform(random, random.nextInt(1, 9), 60);
            int ranks = random.nextInt(1, 4);
            RankAssignment assignment = new RankAssignment(ranks);

            balancer.assign(lengths, lengths.length, assignment);

            long optimum = BruteForce.makespan(model, lengths, ranks);
            assertThat(assignment.lowerBound()).as("seed %d", seed).isLessThanOrEqualTo(optimum);
            assertThat(assignment.makespan())
                    .as("seed %d", seed)
                    .isGreaterThanOrEqualTo(optimum)
                    .isLessThanOrEqualTo(optimum * (4 * ranks - 1) / (3 * ranks));
            optimal += assignment.makespan() == optimum ? 1 : 0;
        }
        assertThat(optimal).as("optimal results").isGreaterThan(rounds * 95 / 100);
    }

    @Test
    void boundNeverExceedsTheOptimumOfSamplesThatAreMuchAlike() {
        ExactBalancer balancer = new ExactBalancer(TOKENS, UNCAPPED);
        int met = 0;
        int rounds = 1_000;
        for (int round = 0; round < rounds; round++) {
            long seed = seeds.nextLong();
            SplittableRandom random = new SplittableRandom(seed);
            int shortest = random.nextInt(0, 8);
            int[] lengths = random.ints(random.nextInt(1, 11), shortest, shortest + random.nextInt(1, 4))
                    .toArray();
            int ranks = random.nextInt(1, 4);
            RankAssignment assignment = new RankAssignment(ranks);

            balancer.assign(lengths, lengths.length, assignment);

            long optimum = BruteForce.makespan(TOKENS, lengths, ranks);
            assertThat(assignment.lowerBound()).as("seed %d", seed).isLessThanOrEqualTo(optimum);
            met += assignment.lowerBound() == optimum ? 1 : 0;
        }
        assertThat(met).as("bounds that are the optimum").isGreaterThan(rounds * 9 / 10);
    }

    @Test
    void neverWorseThanLongestFirst() {
        for (int round = 0; round < 300; round++) {
            long seed = seeds.nextLong();
            SplittableRandom random = new SplittableRandom(seed);
            int[] lengths = Workload.logNormal(random, random.nextInt(1, 300), 6.6, 1.2, 32_768);
            int ranks = random.nextInt(1, 33);
            RankAssignment assignment = new RankAssignment(ranks);

            new ExactBalancer(TOKENS, UNCAPPED).assign(lengths, lengths.length, assignment);

            assertThat(assignment.makespan())
                    .as("seed %d", seed)
                    .isLessThanOrEqualTo(longestFirstMakespan(lengths, ranks));
        }
    }

    @Test
    void theBetterOfTwoSequencesIsKept() {
        ListScheduling scheduling = new ListScheduling();
        LoadRefinement refinement = new LoadRefinement();
        SortedCosts costs = new SortedCosts(TOKENS);
        Schedule schedule = new Schedule();
        RankAssignment assignment = new RankAssignment(8);
        int slackWins = 0;
        for (int round = 0; round < 100; round++) {
            long seed = seeds.nextLong();
            int[] lengths = Workload.logNormal(new SplittableRandom(seed), 40, 6.2, 1.0, 8_192);
            costs.load(lengths, lengths.length);
            scheduling.longestFirst(costs, 8, RankSpeeds.EQUAL, schedule);
            refinement.refine(costs, schedule, costs.lowerBound(8));
            long longestFirst = schedule.makespan();
            scheduling.largestSlackFirst(costs, 8, RankSpeeds.EQUAL, schedule);
            refinement.refine(costs, schedule, costs.lowerBound(8));

            new ExactBalancer(TOKENS, UNCAPPED).assign(lengths, lengths.length, assignment);

            assertThat(assignment.makespan())
                    .as("seed %d", seed)
                    .isEqualTo(Math.min(longestFirst, schedule.makespan()));
            slackWins += schedule.makespan() < longestFirst ? 1 : 0;
        }
        assertThat(slackWins).as("batches that largest slack first wins").isBetween(10, 90);
    }

    @Test
    void longTailedBatchesComeWithinOneInAThousandOfTheBound() {
        ExactBalancer balancer = new ExactBalancer(TOKENS, UNCAPPED);
        RankAssignment assignment = new RankAssignment(64);
        double sum = 0;
        int batches = 20;
        for (int batch = 0; batch < batches; batch++) {
            int[] lengths = Workload.logNormal(seeds.split(), 2_048, 6.6, 1.2, 32_768);
            balancer.assign(lengths, lengths.length, assignment);
            sum += assignment.balanceRatio();
        }
        assertThat(sum / batches).isBetween(1.0, 1.001);
    }

    @Test
    void scratchLeftByAnotherBatchChangesNothing() {
        ExactBalancer used = new ExactBalancer(TOKENS, MicroBatchPolicy.upTo(40_000));
        for (int round = 0; round < 100; round++) {
            long seed = seeds.nextLong();
            SplittableRandom random = new SplittableRandom(seed);
            int[] lengths = Workload.logNormal(random, random.nextInt(0, 300), 6.6, 1.2, 32_768);
            int ranks = random.nextInt(1, 20);
            RankAssignment again = new RankAssignment(ranks);
            RankAssignment fresh = new RankAssignment(ranks);

            used.assign(lengths, lengths.length, again);
            new ExactBalancer(TOKENS, MicroBatchPolicy.upTo(40_000)).assign(lengths, lengths.length, fresh);

            assertThat(Assignments.print(again)).as("seed %d", seed).isEqualTo(Assignments.print(fresh));
        }
    }

    @Test
    void orderOfTheBatchDoesNotChangeTheLoads() {
        ExactBalancer balancer = new ExactBalancer(TOKENS, UNCAPPED);
        for (int round = 0; round < 100; round++) {
            long seed = seeds.nextLong();
            SplittableRandom random = new SplittableRandom(seed);
            int[] lengths = Workload.uniform(random, 100, 50);
            int[] shuffled = Workload.shuffle(random, lengths);
            RankAssignment plain = new RankAssignment(9);
            RankAssignment other = new RankAssignment(9);

            balancer.assign(lengths, lengths.length, plain);
            balancer.assign(shuffled, shuffled.length, other);

            assertThat(Assignments.loads(other, TOKENS, shuffled))
                    .as("seed %d", seed)
                    .isEqualTo(Assignments.loads(plain, TOKENS, lengths));
        }
    }

    /// Lengths by an integer recurrence, so that no platform's floating point can differ; the number was computed once.
    @Test
    void thePlanIsTheSameInEveryProcess() {
        int[] lengths = new int[1_000];
        int state = 12_345;
        for (int i = 0; i < lengths.length; i++) {
            state = state * 1_103_515_245 + 12_345;
            lengths[i] = 1 + ((state >>> 16) & 0x3ff) * ((state >>> 26) & 0xf);
        }
        assertThat(exact(MicroBatchPolicy.upTo(20_000), 12, lengths).hashCode()).isEqualTo(-1_796_260_751);
    }

    @Test
    void tiesGoToTheItemThatComesFirst() {
        assertThat(exact(UNCAPPED, 3, 5, 5, 5, 5, 5, 5)).isEqualTo("0 3 / 1 4 / 2 5");
    }

    @Test
    void swapRepairsWhatLongestFirstGetsWrong() {
        assertThat(longestFirstMakespan(new int[] {3, 3, 2, 2, 2}, 2)).isEqualTo(7);
        assertThat(exact(UNCAPPED, 2, 3, 3, 2, 2, 2)).isEqualTo("2 3 4 / 0 1");
    }

    @Test
    void boundIsTheHighestOfThree() {
        assertThat(lowerBound(2, 1, 1, 1, 1, 1)).as("mean, rounded up").isEqualTo(3);
        assertThat(lowerBound(3, 9, 1, 1, 1)).as("largest item").isEqualTo(9);
        assertThat(lowerBound(3, 9, 8, 7, 6)).as("two on one rank").isEqualTo(13);
        assertThat(lowerBound(2, 7, 5, 5, 4, 4)).as("three on one rank").isEqualTo(13);
        assertThat(lowerBound(3, 4, 4, 4, 4, 4, 4, 4, 1))
                .as("three on one rank")
                .isEqualTo(12);
        assertThat(lowerBound(3)).as("no items").isZero();
    }

    @Test
    void fewerItemsThanRanksLeaveRanksEmpty() {
        assertThat(exact(UNCAPPED, 4, 9, 4)).isEqualTo("0 / 1 /  / ");
        assertThat(exact(UNCAPPED, 2)).isEqualTo(" / ");
    }

    @Test
    void itemsWithoutLengthAreAssigned() {
        assertThat(exact(UNCAPPED, 2, 0, 0, 3)).isEqualTo("2 / 0 1");
    }

    @Test
    void microBatchesHoldTheCapByBestFit() {
        assertThat(exact(MicroBatchPolicy.upTo(10), 1, 3, 7, 6, 4, 5)).isEqualTo("0 1 | 2 3 | 4");
    }

    @Test
    void microBatchesNeverPassTheCap() {
        for (int round = 0; round < 200; round++) {
            long seed = seeds.nextLong();
            SplittableRandom random = new SplittableRandom(seed);
            int[] lengths = Workload.uniform(random, random.nextInt(1, 300), 1_000);
            int cap = random.nextInt(1_000, 3_000);
            RankAssignment assignment = new RankAssignment(random.nextInt(1, 9));

            new ExactBalancer(TOKENS, MicroBatchPolicy.upTo(cap)).assign(lengths, lengths.length, assignment);

            assertThat(Assignments.largestMicroBatch(assignment, lengths))
                    .as("seed %d", seed)
                    .isLessThanOrEqualTo(cap);
        }
    }

    @Test
    void equalCountsAppendEmptyMicroBatches() {
        MicroBatchPolicy equal = MicroBatchPolicy.upTo(10).withCounts(MicroBatchCounts.EQUAL);
        assertThat(exact(equal, 3, 10, 5, 6)).isEqualTo("0 / 2 / 1");
        assertThat(exact(equal, 3, 9, 5, 5, 4, 7)).isEqualTo("0 |  / 4 | 3 / 1 2 | ");
        assertThat(exact(MicroBatchPolicy.uncapped().withCounts(MicroBatchCounts.EQUAL), 3, 2))
                .isEqualTo("0 /  / ");
    }

    @Test
    void steadyStateAllocatesNothing() {
        ExactBalancer balancer = new ExactBalancer(TOKENS, MicroBatchPolicy.upTo(65_536));
        RankAssignment assignment = new RankAssignment(16);
        assertThat(Workload.allocatedBytes(balancer, assignment, seeds.split())).isZero();
    }

    @Test
    void sampleAboveTheCapIsRefusedByName() {
        assertThatThrownBy(() -> exact(MicroBatchPolicy.upTo(8), 2, 3, 9))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("micro-batch packing failed: length=9, maxTokens=8; "
                        + "raise --max-tokens to at least the longest sample, or index with --max-length 8");
    }

    @Test
    void negativeLengthIsRefusedByName() {
        assertThatThrownBy(() -> exact(UNCAPPED, 2, 3, -1))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("global batch cost failed: item=1, length=-1; "
                        + "lengths must not be negative; check the index or the file of lengths");
    }

    @Test
    void sumOfCostsBeyond64BitsIsRefused() {
        RankAssigner balancer = new ExactBalancer(new CostModel(1L << 60, 0, 0), UNCAPPED);
        assertThatThrownBy(() -> balancer.assign(new int[] {4, 4, 4}, 3, new RankAssignment(2)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("the sum exceeds 64 bits");
    }

    private static String exact(MicroBatchPolicy policy, int ranks, int... lengths) {
        RankAssignment assignment = new RankAssignment(ranks);
        new ExactBalancer(TOKENS, policy).assign(lengths, lengths.length, assignment);
        return Assignments.print(assignment);
    }

    private static long lowerBound(int ranks, int... lengths) {
        RankAssignment assignment = new RankAssignment(ranks);
        new ExactBalancer(TOKENS, UNCAPPED).assign(lengths, lengths.length, assignment);
        return assignment.lowerBound();
    }

    /// Written apart from the code under test: a scan instead of a heap.
    private static long longestFirstMakespan(int[] lengths, int ranks) {
        int[] sorted = lengths.clone();
        Arrays.sort(sorted);
        long[] loads = new long[ranks];
        for (int i = sorted.length - 1; i >= 0; i--) {
            int least = 0;
            for (int rank = 1; rank < ranks; rank++) {
                least = loads[rank] < loads[least] ? rank : least;
            }
            loads[least] += sorted[i];
        }
        return Arrays.stream(loads).max().orElse(0);
    }
}
