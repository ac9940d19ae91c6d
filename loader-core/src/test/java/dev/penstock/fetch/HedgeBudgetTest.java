package dev.penstock.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HedgeBudgetTest {

    private static final long BLOCK = 8 << 20;

    @Test
    void aRunBeginsWithTwoBlocks() {
        HedgeBudget budget = new HedgeBudget(0.05);
        assertThat(budget.take(BLOCK)).isTrue();
        assertThat(budget.take(BLOCK)).isTrue();
        assertThat(budget.take(1)).isFalse();
    }

    @Test
    void usefulBytesEarnTheirShare() {
        HedgeBudget budget = new HedgeBudget(0.05, 0);
        budget.earn(19 * BLOCK);
        assertThat(budget.take(BLOCK)).isFalse();
        budget.earn(BLOCK);
        assertThat(budget.take(BLOCK)).isTrue();
    }

    @Test
    void whatIsNotWastedIsGivenBack() {
        HedgeBudget budget = new HedgeBudget(0.05, BLOCK);
        budget.take(BLOCK);
        budget.giveBack(BLOCK - 1);
        assertThat(budget.take(BLOCK)).isFalse();
        assertThat(budget.take(BLOCK - 1)).isTrue();
    }

    @Test
    void aLongQuietRunDoesNotSaveUpForAFlood() {
        HedgeBudget budget = new HedgeBudget(0.05, 0);
        budget.earn(1L << 50);
        int hedges = 0;
        while (budget.take(BLOCK)) {
            hedges++;
        }
        assertThat(hedges).isEqualTo(FetchConfig.DEFAULT_MAX_CONNECTIONS);
    }
}
