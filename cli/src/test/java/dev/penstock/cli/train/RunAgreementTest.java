package dev.penstock.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.balance.CalibrationHistory;
import dev.penstock.balance.CostModel;
import dev.penstock.balance.MicroBatchCounts;
import dev.penstock.balance.MicroBatchPolicy;
import dev.penstock.batch.Layout;
import dev.penstock.cli.option.Balance;
import dev.penstock.cli.option.CalibrationSchedule;
import dev.penstock.loader.LoaderState;
import dev.penstock.trainer.record.DifferentSettings;
import dev.penstock.trainer.record.PlanDigest;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RunAgreementTest {

    private static final CostModel COST = new CostModel(12, 3, 0);

    private static final MicroBatchPolicy POLICY =
            new MicroBatchPolicy(Long.MAX_VALUE, MicroBatchCounts.FREE, new Layout.Packed());

    private static String text(CostModel cost, Balance balance, MicroBatchPolicy policy, long seed) {
        return new RunAgreement(
                        new RunIdentity("model=tiny batch=8 steps=60", Optional.empty()),
                        new LoaderState(4, 1, "d1", seed, "full", "CARRY", 8, LoaderState.NO_WINDOW, 0, 0),
                        new PlanDigest("ab", 60),
                        new Calibrating(new CalibrationSchedule.Off(), cost, balance, policy),
                        CalibrationHistory.NONE,
                        0,
                        50,
                        10)
                .text();
    }

    private static DifferentSettings difference(String other) {
        return DifferentSettings.of(text(COST, new Balance.Exact(), POLICY, 7), other);
    }

    @Test
    void whatDividesTheStepsIsPartOfTheAgreement() {
        assertThat(difference(text(COST, new Balance.Delay(4), POLICY, 7)))
                .isEqualTo(new DifferentSettings("balance", "exact", "delay=4"));
        assertThat(difference(text(new CostModel(12, 3, 1), new Balance.Exact(), POLICY, 7)))
                .isEqualTo(new DifferentSettings("cost", "12,3,0", "12,3,1"));
        assertThat(difference(text(
                        COST,
                        new Balance.Exact(),
                        new MicroBatchPolicy(512, MicroBatchCounts.EQUAL, new Layout.Padded()),
                        7)))
                .isEqualTo(new DifferentSettings(
                        "layout, maxTokens, microBatches", "packed, none, free", "padded, 512, equal"));
    }

    @Test
    void whereTheLoaderStandsIsPartOfTheAgreement() {
        assertThat(difference(text(COST, new Balance.Exact(), POLICY, 8)))
                .isEqualTo(new DifferentSettings("seed", "7", "8"));
    }
}
