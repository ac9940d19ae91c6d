package dev.penstock.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.penstock.plan.RankAssigner;
import dev.penstock.plan.RankAssignment;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class BalanceCertificateTest {

    private static final CostModel TOKENS = CostModel.tokens();
    private static final RankAssigner EXACT = new ExactBalancer(TOKENS, MicroBatchPolicy.uncapped());
    private static final RankAssigner OFF = new UnbalancedAssigner(TOKENS, MicroBatchPolicy.uncapped());

    @Test
    void evenLoadsLeaveNothingToGain() {
        BalanceCertificate certificate = certify(EXACT, 2, 4, 3, 2, 1);
        assertThat(certificate.binding()).isEqualTo(BindingBound.MEAN);
        assertThat(certificate.ratio()).isEqualTo(1);
        assertThat(certificate.idleShare()).isZero();
        assertThat(certificate.paddingShare()).isZero();
        assertThat(certificate.advice()).isEqualTo("all ranks finish together: nothing is left to gain");
    }

    @Test
    void oneLongSampleBindsByItself() {
        BalanceCertificate certificate = certify(EXACT, 4, 40, 10, 10, 10, 10);
        assertThat(certificate.binding()).isEqualTo(BindingBound.LARGEST_ITEM);
        assertThat(certificate.makespan()).isEqualTo(40);
        assertThat(certificate.lowerBound()).isEqualTo(40);
        assertThat(certificate.idleShare()).isEqualTo(0.5, within(1e-12));
        assertThat(certificate.advice())
                .isEqualTo("one sample is 200 % of the mean rank load: only delay or splitting helps");
    }

    @Test
    void oneSampleTooManyBindsByPairing() {
        BalanceCertificate certificate = certify(EXACT, 3, 10, 10, 10, 10);
        assertThat(certificate.binding()).isEqualTo(BindingBound.PAIRING);
        assertThat(certificate.lowerBound()).isEqualTo(20);
        assertThat(certificate.ratio()).isEqualTo(1);
        assertThat(certificate.advice())
                .isEqualTo("two of the 4 largest samples share a rank and are 150 % of the mean rank load: "
                        + "only delay, splitting or a larger global batch helps");
    }

    @Test
    void fewerSamplesThanRanksAreNamedAsTheCause() {
        assertThat(certify(EXACT, 4, 10, 10, 10).advice())
                .isEqualTo("3 samples leave 1 of 4 ranks idle: only a larger global batch or fewer ranks helps");
    }

    @Test
    void anAssignmentWorseThanItsBoundIsNamedAsTheCause() {
        BalanceCertificate certificate = certify(OFF, 2, 9, 7, 2, 2);
        assertThat(certificate.makespan()).isEqualTo(16);
        assertThat(certificate.lowerBound()).isEqualTo(10);
        assertThat(certificate.ratio()).isEqualTo(1.6, within(1e-12));
        assertThat(certificate.advice())
                .isEqualTo("the fullest rank has 60.00 % more than its lower bound: "
                        + "another assignment gains that at most");
    }

    @Test
    void anEmptyBatchIsBalanced() {
        BalanceCertificate certificate = certify(EXACT, 3);
        assertThat(certificate.ratio()).isEqualTo(1);
        assertThat(certificate.idleShare()).isZero();
        assertThat(certificate.advice()).contains("nothing is left to gain");
    }

    @Test
    void whatIsRecomputedAgreesWithTheAssigner() {
        CostModel model = new CostModel(7, 3, 100);
        for (long seed = 0; seed < 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int[] lengths = Workload.logNormal(random, random.nextInt(0, 100), 5, 1.5, 8_192);
            RankAssignment assignment = new RankAssignment(random.nextInt(1, 12));
            new ExactBalancer(model, MicroBatchPolicy.upTo(8_192)).assign(lengths, lengths.length, assignment);

            BalanceCertificate certificate = BalanceCertificate.packed(model, lengths, assignment);

            assertThat(certificate.makespan()).as("seed %d", seed).isEqualTo(assignment.makespan());
            assertThat(certificate.lowerBound()).as("seed %d", seed).isEqualTo(assignment.lowerBound());
        }
    }

    private static BalanceCertificate certify(RankAssigner assigner, int ranks, int... lengths) {
        RankAssignment assignment = new RankAssignment(ranks);
        assigner.assign(lengths, lengths.length, assignment);
        return BalanceCertificate.packed(TOKENS, lengths, assignment);
    }
}
