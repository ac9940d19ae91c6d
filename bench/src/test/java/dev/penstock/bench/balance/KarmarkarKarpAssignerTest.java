package dev.penstock.bench.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.balance.BalanceCertificate;
import dev.penstock.balance.CostModel;
import dev.penstock.plan.RankAssignment;
import org.junit.jupiter.api.Test;

class KarmarkarKarpAssignerTest {

    /// The example of the paper: differencing 8, 7, 6, 5, 4 leaves 2, so the fuller half has 16.
    @Test
    void differencesTheLargestFirst() {
        assertThat(makespan(2, 8, 7, 6, 5, 4)).isEqualTo(16);
    }

    @Test
    void threeRanksOfPairsComeOutEqual() {
        assertThat(makespan(3, 1, 2, 3, 4, 5, 6)).isEqualTo(7);
    }

    private static long makespan(int ranks, int... lengths) {
        RankAssignment assignment = new RankAssignment(ranks);
        new KarmarkarKarpAssigner().assign(lengths, lengths.length, assignment);
        assertThat(assignment.itemCount()).isEqualTo(lengths.length);
        return BalanceCertificate.packed(CostModel.tokens(), lengths, assignment)
                .makespan();
    }
}
