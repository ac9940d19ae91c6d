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
        assertThat(certificate.binding()).isEqualTo(BindingBound.SHARED_RANK);
        assertThat(certificate.lowerBound()).isEqualTo(20);
        assertThat(certificate.ratio()).isEqualTo(1);
        assertThat(certificate.advice())
                .isEqualTo("2 of the 4 largest samples share a rank and are 150 % of the mean rank load: "
                        + "only delay, splitting or a larger global batch helps");
    }

    @Test
    void equalSamplesThatDoNotDivideAreProvenOptimal() {
        BalanceCertificate certificate = certify(EXACT, 3, 10, 10, 10, 10, 10, 10, 10, 10);
        assertThat(certificate.lowerBound()).isEqualTo(30);
        assertThat(certificate.ratio()).isEqualTo(1);
        assertThat(certificate.binding()).isEqualTo(BindingBound.SHARED_RANK);
        assertThat(certificate.sharing()).isEqualTo(3);
        assertThat(certificate.advice())
                .isEqualTo("3 of the 7 largest samples share a rank and are 113 % of the mean rank load: "
                        + "only splitting or another size of the global batch helps");
    }

    @Test
    void roundingOfTheMeanDoesNotHideWhyRanksIdle() {
        BalanceCertificate nine = certify(EXACT, 8, 1, 1, 1, 1, 1, 1, 1, 1, 1);
        assertThat(nine.idleShare()).isEqualTo(1 - 9.0 / 16, within(1e-12));
        assertThat(nine.binding()).isEqualTo(BindingBound.SHARED_RANK);
        assertThat(nine.advice()).startsWith("2 of the 9 largest samples share a rank and are 178 % of the mean");

        BalanceCertificate three = certify(EXACT, 8, 1, 1, 1);
        assertThat(three.idleShare()).isEqualTo(1 - 3.0 / 8, within(1e-12));
        assertThat(three.binding()).isEqualTo(BindingBound.LARGEST_ITEM);
        assertThat(three.advice()).startsWith("3 samples leave 5 of 8 ranks idle");
    }

    @Test
    void shareInTheAdviceIsRightAlsoForCostsNear64Bits() {
        CostModel dear = new CostModel(Long.MAX_VALUE / 100, 0, 0);
        int[] lengths = {1, 1, 1, 1, 1, 1, 1, 1, 1};
        RankAssignment assignment = new RankAssignment(8);
        new ExactBalancer(dear, MicroBatchPolicy.uncapped()).assign(lengths, lengths.length, assignment);

        BalanceCertificate certificate = BalanceCertificate.packed(dear, lengths, assignment);

        assertThat(certificate.advice()).contains("are 178 % of the mean");
    }

    @Test
    void nothingIsLeftToGainOnlyWhereRanksWaitForLessThanAUnit() {
        for (long seed = 0; seed < 2_000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int[] lengths = Workload.uniform(random, random.nextInt(0, 40), random.nextInt(1, 30));
            BalanceCertificate certificate = certify(EXACT, random.nextInt(1, 9), lengths);

            if (certificate.advice().contains("nothing is left to gain")) {
                assertThat(certificate.makespan() - certificate.meanLoad())
                        .as("seed %d", seed)
                        .isLessThan(1);
            }
        }
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
