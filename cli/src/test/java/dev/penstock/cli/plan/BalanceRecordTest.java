package dev.penstock.cli.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.penstock.balance.BalanceCertificate;
import dev.penstock.balance.BindingBound;
import dev.penstock.cli.report.Row;
import java.util.List;
import org.junit.jupiter.api.Test;

class BalanceRecordTest {

    private static BalanceRecord of(BalanceCertificate... certificates) {
        BalanceRecord record = new BalanceRecord();
        List.of(certificates).forEach(record::add);
        return record;
    }

    /// A step over two ranks.
    private static BalanceCertificate step(long totalCost, long makespan, long lowerBound, BindingBound binding) {
        return new BalanceCertificate(2, 4, totalCost, 1, makespan, lowerBound, binding, 1, 0);
    }

    @Test
    void idleIsOfTheTimeOfAllStepsNotTheMeanOverSteps() {
        BalanceRecord record =
                of(step(2000, 1000, 1000, BindingBound.MEAN), step(10, 10, 10, BindingBound.LARGEST_ITEM));

        assertThat(record.idleShare()).isCloseTo(1 - 2010.0 / 2020, within(1e-12));
        assertThat(record.worst().idleShare()).isEqualTo(0.5);
    }

    @Test
    void worstRatioIsTheLargestAndSpreadHoldsTheMean() {
        BalanceRecord record = of(
                step(200, 150, 100, BindingBound.MEAN),
                step(40, 40, 40, BindingBound.LARGEST_ITEM),
                step(200, 110, 100, BindingBound.MEAN));

        assertThat(record.line("exact"))
                .isEqualTo("  exact    mean 1.2000, worst 1.5000 of the lower bound; idle 26.7 % (worst step 50.0 %)");
        Row ratio = record.rows("exact").getFirst();
        assertThat(ratio.value()).isCloseTo(1.2, within(1e-12));
        assertThat(ratio.spread()).containsExactly(1.0, 1.5);
        assertThat(record.bindingText()).isEqualTo("mean load in 2, largest sample in 1");
    }
}
