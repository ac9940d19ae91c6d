package dev.penstock.cli.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.penstock.error.ConfigurationException;
import dev.penstock.trainer.optimize.Constant;
import dev.penstock.trainer.optimize.Cosine;
import dev.penstock.trainer.optimize.LinearWarmUp;
import dev.penstock.trainer.optimize.OneCycle;
import dev.penstock.trainer.optimize.Schedule;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OptimizationTest {

    private static Optimization with(Map<String, String> stated) {
        return Recipe.find(Recipe.BYTE_LM, Optional.empty(), stated).optimization();
    }

    @Test
    void builtInRecipeWarmsUpBeforeACosine() {
        assertThat(with(Map.of()).schedule(100, 8)).isEqualTo(LinearWarmUp.fromZero(11, new Cosine(3e-3, 89, 0.02)));
    }

    @Test
    void commandLineChoosesAnotherSchedule() {
        assertThat(with(Map.of("schedule", "constant", "warm-up-share", "0")).schedule(100, 8))
                .isEqualTo(LinearWarmUp.fromZero(0, new Constant(3e-3)));
        assertThat(with(Map.of("schedule", "one-cycle")).schedule(100, 8)).isEqualTo(new OneCycle(3e-3, 11, 100, 0.02));
    }

    @Test
    void rateGrowsWithTheBatchFromTheUnscaledRate() {
        Optimization scaled = with(Map.of("scale-from-batch", "8", "warm-up-share", "0.1"));
        Schedule four = scaled.schedule(100, 32);

        assertThat(four.learningRate(0)).isCloseTo(3e-3, within(1e-12));
        assertThat(four.learningRate(9)).isCloseTo(12e-3, within(1e-12));
        assertThat(scaled.schedule(100, 4).learningRate(9)).isCloseTo(1.5e-3, within(1e-12));
        assertThat(scaled.schedule(100, 8))
                .isEqualTo(with(Map.of("warm-up-share", "0.1")).schedule(100, 8));
    }

    @Test
    void decaysOfAdamWAreTheRecipesAndPartOfItsDigest() {
        assertThat(with(Map.of()).digest()).contains("beta1=0.9 beta2=0.98 epsilon=1.0E-8");
        assertThat(with(Map.of("beta1", "0.8", "beta2", "0.95", "epsilon", "1e-6"))
                        .digest())
                .contains("beta1=0.8 beta2=0.95 epsilon=1.0E-6");
        assertThat(Recipe.find("series").optimization())
                .extracting(Optimization::beta1, Optimization::beta2, Optimization::epsilon)
                .as("as in PyTorch")
                .containsExactly(0.9, 0.999, 1e-8);
        assertThatThrownBy(() -> with(Map.of("beta2", "1")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("beta2=1.0");
    }

    @Test
    void unknownNamesAreRefusedWithTheKnownOnes() {
        assertThatThrownBy(() -> with(Map.of("optimizer", "lamb")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("optimizer=lamb")
                .hasMessageContaining("use adamw or sgd");
        assertThatThrownBy(() -> with(Map.of("schedule", "step")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("use constant or cosine or one-cycle");
        assertThatThrownBy(() -> with(Map.of("momentum", "1")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("momentum=1.0");
    }
}
