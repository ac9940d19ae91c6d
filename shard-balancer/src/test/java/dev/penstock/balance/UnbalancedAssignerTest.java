package dev.penstock.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.ConfigurationException;
import dev.penstock.plan.RankAssignment;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class UnbalancedAssignerTest {

    private static final CostModel TOKENS = CostModel.tokens();

    @Test
    void ranksGetContiguousRunsInOrder() {
        assertThat(unbalanced(MicroBatchPolicy.uncapped(), 3, 9, 1, 1, 1, 1, 1, 1))
                .isEqualTo("0 1 / 2 3 / 4 5 6");
    }

    @Test
    void runsDifferByAtMostOneSample() {
        for (int count = 0; count < 40; count++) {
            for (int ranks = 1; ranks < 12; ranks++) {
                RankAssignment assignment = new RankAssignment(ranks);
                new UnbalancedAssigner(TOKENS, MicroBatchPolicy.uncapped()).assign(new int[count], count, assignment);
                Assignments.assertPartition(assignment, count, count + " over " + ranks);
                for (int rank = 0; rank < ranks; rank++) {
                    int size = assignment.firstItem(assignment.firstMicroBatch(rank + 1))
                            - assignment.firstItem(assignment.firstMicroBatch(rank));
                    assertThat(size)
                            .as("%d over %d", count, ranks)
                            .isBetween(count / ranks, Math.ceilDiv(count, ranks));
                }
            }
        }
    }

    @Test
    void microBatchesStartWhereTheCapWouldBePassed() {
        assertThat(unbalanced(MicroBatchPolicy.upTo(10), 1, 4, 6, 1, 9, 10, 0)).isEqualTo("0 1 | 2 3 | 4 5");
    }

    @Test
    void equalCountsAppendEmptyMicroBatches() {
        MicroBatchPolicy equal = MicroBatchPolicy.upTo(10).withCounts(MicroBatchCounts.EQUAL);
        assertThat(unbalanced(equal, 3, 10, 10, 5, 5, 5, 1)).isEqualTo("0 | 1 / 2 3 |  / 4 5 | ");
    }

    @Test
    void makespanAndBoundAreThoseOfTheCostModel() {
        RankAssignment assignment = new RankAssignment(2);
        new UnbalancedAssigner(new CostModel(0, 1, 0), MicroBatchPolicy.uncapped())
                .assign(new int[] {3, 3, 1, 1}, 4, assignment);
        assertThat(assignment.makespan()).isEqualTo(18);
        assertThat(assignment.lowerBound()).isEqualTo(10);
    }

    @Test
    void steadyStateAllocatesNothing() {
        UnbalancedAssigner assigner = new UnbalancedAssigner(TOKENS, MicroBatchPolicy.upTo(65_536));
        assertThat(Workload.allocatedBytes(assigner, new RankAssignment(16), new SplittableRandom(5)))
                .isZero();
    }

    @Test
    void sampleAboveTheCapIsRefused() {
        assertThatThrownBy(() -> unbalanced(MicroBatchPolicy.upTo(8), 2, 3, 9))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("length=9, maxTokens=8");
    }

    @Test
    void capBelowOneTokenIsRefused() {
        assertThatThrownBy(() -> MicroBatchPolicy.upTo(0))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("micro-batch policy failed: maxTokens=0; --max-tokens must be at least 1");
    }

    private static String unbalanced(MicroBatchPolicy policy, int ranks, int... lengths) {
        RankAssignment assignment = new RankAssignment(ranks);
        new UnbalancedAssigner(TOKENS, policy).assign(lengths, lengths.length, assignment);
        return Assignments.print(assignment);
    }
}
