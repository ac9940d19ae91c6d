package dev.penstock.trainer.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.penstock.trainer.tensor.Libtorch;
import dev.penstock.trainer.tensor.ParameterSpec;
import dev.penstock.trainer.tensor.Parameters;
import dev.penstock.trainer.tensor.WeightDecay;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class AdamWOptimizerTest {

    private static final AdamWSettings SETTINGS = new AdamWSettings(0.9, 0.5, 1e-8, 0.1);
    private static final double RATE = 0.01;

    @BeforeAll
    static void start() {
        Libtorch.initialize(1);
    }

    /// Algorithm 2 of the paper, on one number.
    private static double paper(double value, double weightDecay, double... gradients) {
        double mean = 0;
        double square = 0;
        double moved = value;
        for (int step = 1; step <= gradients.length; step++) {
            double gradient = gradients[step - 1];
            mean = 0.9 * mean + 0.1 * gradient;
            square = 0.5 * square + 0.5 * gradient * gradient;
            double corrected = mean / (1 - Math.pow(0.9, step));
            double deviation = Math.sqrt(square / (1 - Math.pow(0.5, step))) + 1e-8;
            moved -= RATE * (corrected / deviation + weightDecay * moved);
        }
        return moved;
    }

    @Test
    void parametersMoveAsThePaperSays() {
        double[] gradients = {1, -3, 0.5, 2};
        Parameters parameters = new Parameters(
                List.of(
                        new ParameterSpec("matrix", List.of(1L, 1L), WeightDecay.APPLIED, 2, 0),
                        ParameterSpec.vector("vector", 1, 2)),
                0);
        AdamWOptimizer optimizer = new AdamWOptimizer(parameters, SETTINGS);

        for (double gradient : gradients) {
            parameters.gradients().fill_(new Scalar(gradient));
            optimizer.step(RATE, torch.ones(new long[0], new TensorOptions(ScalarType.Bool)));
        }

        assertThat(parameters.get("matrix").item_double()).isCloseTo(paper(2, 0.1, gradients), within(1e-5));
        assertThat(parameters.get("vector").item_double()).isCloseTo(paper(2, 0, gradients), within(1e-5));
    }
}
