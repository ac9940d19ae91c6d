package dev.penstock.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.ConfigurationException;
import org.junit.jupiter.api.Test;

final class CostModelTest {

    @Test
    void tokensCostTheirLength() {
        assertThat(CostModel.tokens().cost(0)).isZero();
        assertThat(CostModel.tokens().cost(Integer.MAX_VALUE)).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void costIsTheSumOfItsThreeParts() {
        assertThat(new CostModel(3, 2, 5).cost(10)).isEqualTo(3 * 10 + 2 * 100 + 5);
    }

    @Test
    void attentionCostsTheOperationsOfTheForwardPass() {
        int layers = 24;
        int hidden = 2_304;
        int vocabulary = 51_200;
        int length = 2_048;
        // The published total of forward, backward and recomputed forward is four forward passes of the layers and
        // three of the logits: 96·s·l·h²·(1 + s/6h + V/16lh).
        double layersForward = 24.0 * length * layers * hidden * hidden * (1 + length / (6.0 * hidden));
        double logitsForward = 2.0 * length * hidden * vocabulary;

        long cost = CostModel.attention(layers, hidden, vocabulary, AttentionWork.FULL)
                .cost(length);

        assertThat((double) cost * 2 * hidden).isEqualTo(layersForward + logitsForward);
    }

    @Test
    void causalKernelsHalveTheSquaredPart() {
        CostModel full = CostModel.attention(12, 768, 0, AttentionWork.FULL);
        CostModel half = CostModel.attention(12, 768, 0, AttentionWork.CAUSAL_HALF);
        assertThat(full.perTokenSquared()).isEqualTo(2 * half.perTokenSquared());
        assertThat(full.perToken()).isEqualTo(half.perToken());
    }

    @Test
    void coefficientsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> new CostModel(1, -2, 0))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("cost model failed: perToken=1, perTokenSquared=-2, perSample=0; "
                        + "no coefficient may be negative");
        assertThatThrownBy(() -> new CostModel(0, 0, 0))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("at least one coefficient must be positive");
        assertThatThrownBy(() -> CostModel.attention(0, 768, 0, AttentionWork.FULL))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("layers=0");
        assertThatThrownBy(() -> CostModel.attention(Integer.MAX_VALUE, Integer.MAX_VALUE, 0, AttentionWork.FULL))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("exceeds 64 bits");
    }

    @Test
    void lengthsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> CostModel.tokens().cost(-1))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("sample cost failed: length=-1; a length must not be negative");
    }

    @Test
    void costBeyond64BitsIsRefused() {
        CostModel model = new CostModel(0, 4, 0);
        assertThat(new CostModel(0, 2, 0).cost(Integer.MAX_VALUE)).isPositive();
        assertThatThrownBy(() -> model.cost(Integer.MAX_VALUE))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("length=2147483647")
                .hasMessageContaining("divide all coefficients");
    }
}
