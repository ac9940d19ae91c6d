package dev.penstock.trainer.reduce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.penstock.batch.Batch;
import dev.penstock.error.ConfigurationException;
import dev.penstock.trainer.StepOutcome;
import dev.penstock.trainer.StepResult;
import dev.penstock.trainer.StepSettings;
import dev.penstock.trainer.TestBatches;
import dev.penstock.trainer.TrainingStep;
import dev.penstock.trainer.model.ByteTransformer;
import dev.penstock.trainer.model.Loss;
import dev.penstock.trainer.model.LossFunction;
import dev.penstock.trainer.model.TransformerShape;
import dev.penstock.trainer.optimize.AdamWOptimizer;
import dev.penstock.trainer.optimize.AdamWSettings;
import dev.penstock.trainer.optimize.Constant;
import dev.penstock.trainer.tensor.Libtorch;
import dev.penstock.trainer.tensor.Parameters;
import dev.penstock.trainer.world.Collective;
import dev.penstock.trainer.world.CollectiveTimeouts;
import dev.penstock.trainer.world.World;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.BiFunction;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// One rank; that the bits are the same on several is shown where there is a loader that spreads samples over them.
class ReproducibleReductionTest {

    private static final long SEED = 17;

    @BeforeAll
    static void start() {
        Libtorch.initialize(1);
    }

    private static ByteTransformer model() {
        return new ByteTransformer(new TransformerShape(1, 16, 2, 64), SEED);
    }

    private static TrainingStep step(
            Parameters parameters, LossFunction loss, BiFunction<Parameters, Collective, GradientReduction> reduction) {
        Collective alone = Collective.join(World.single(), CollectiveTimeouts.defaults());
        return new TrainingStep(
                parameters,
                loss,
                alone,
                reduction.apply(parameters, alone),
                new AdamWOptimizer(parameters, AdamWSettings.defaults()),
                new Constant(0.01),
                StepSettings.defaults().withResultLag(0).withMaxGradientNorm(1));
    }

    /// Cuts samples into micro-batches at random.
    private static Batch cut(long step, List<byte[]> samples, Random random) {
        List<List<byte[]>> microBatches = new ArrayList<>();
        int next = 0;
        while (next < samples.size()) {
            int end = Math.min(samples.size(), next + random.nextInt(4));
            microBatches.add(samples.subList(next, end));
            next = end;
        }
        return TestBatches.of(step, microBatches);
    }

    @Test
    void microBatchesDoNotMatterToTheBitAndTheGradientIsThatOfTheWhole() {
        ByteTransformer whole = model();
        ByteTransformer reference = model();
        TrainingStep wholeStep = step(whole.parameters(), whole, GradientReduction::reproducible);
        TrainingStep referenceStep = step(reference.parameters(), reference, GradientReduction::overlapped);
        ByteTransformer cut = model();
        TrainingStep cutStep = step(cut.parameters(), cut, GradientReduction::reproducible);
        Random random = new Random(SEED);
        for (int i = 0; i < 4; i++) {
            List<byte[]> samples = TestBatches.samples(SEED + i, 9, 60);
            StepResult one =
                    wholeStep.train(TestBatches.of(i, List.of(samples))).getFirst();
            StepResult other = cutStep.train(cut(i, samples, random)).getFirst();
            StepResult expected =
                    referenceStep.train(TestBatches.of(i, List.of(samples))).getFirst();

            assertThat(other.lossSum()).isEqualTo(one.lossSum()).isCloseTo(expected.lossSum(), within(1e-2));
            assertThat(other.gradientNorm()).isEqualTo(one.gradientNorm());
            assertThat(other.targetCount()).isEqualTo(expected.targetCount());
            if (i == 0) {
                assertThat(floats(whole.parameters().gradients()))
                        .containsExactly(floats(reference.parameters().gradients()), within(1e-6f));
            }
        }
        assertThat(floats(cut.parameters().values()))
                .isEqualTo(floats(whole.parameters().values()));
    }

    @Test
    void oneGradientOutOfBoundsMakesTheStepANoOp() {
        ByteTransformer model = model();
        LossFunction spoilt = samples -> model.loss(samples)
                .map(loss -> samples.firstSample() == 1
                        ? new Loss(loss.sum().mul(new Scalar(1e20)), loss.targetCount())
                        : loss);
        float[] before = floats(model.parameters().values());

        StepResult result = step(model.parameters(), spoilt, GradientReduction::reproducible)
                .train(TestBatches.of(0, List.of(TestBatches.samples(SEED, 3, 30))))
                .getFirst();

        assertThat(result.outcome()).isEqualTo(StepOutcome.SKIPPED);
        assertThat(result.gradientNorm()).isNaN();
        assertThat(floats(model.parameters().values())).isEqualTo(before);
    }

    @Test
    void aBufferThatMovesIsRefusedByNameAndOneThatDoesNotIsFine() {
        Tensor moving = torch.zeros(1);
        Map<String, Tensor> buffers = Map.of("still", torch.ones(2), "moving", moving);
        LinkedHashMap<String, Tensor> leaves = new LinkedHashMap<>();
        leaves.put("weight", torch.ones(1).set_requires_grad(true));
        Parameters parameters = Parameters.adopting(leaves, () -> buffers);
        LossFunction loss = samples -> {
            if (samples.batch().step() == 1) {
                moving.add_(new Scalar(1.0));
            }
            return Optional.of(new Loss(parameters.get("weight").sum(), 1));
        };
        TrainingStep step = step(parameters, loss, GradientReduction::reproducible);

        List<List<byte[]>> samples = List.of(TestBatches.samples(SEED, 2, 5));
        assertThat(step.train(TestBatches.of(0, samples)).getFirst().outcome()).isEqualTo(StepOutcome.APPLIED);
        assertThatThrownBy(() -> step.train(TestBatches.of(1, samples)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("movingBuffer=moving");
    }

    private static float[] floats(Tensor tensor) {
        float[] values = new float[Math.toIntExact(tensor.numel())];
        tensor.data_ptr_float().get(values);
        return values;
    }
}
