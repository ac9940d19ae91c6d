package dev.penstock.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.penstock.trainer.model.ByteTransformer;
import dev.penstock.trainer.model.TransformerShape;
import dev.penstock.trainer.optimize.AdamWOptimizer;
import dev.penstock.trainer.optimize.AdamWSettings;
import dev.penstock.trainer.optimize.Constant;
import dev.penstock.trainer.tensor.Libtorch;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TrainingStepTest {

    private static final long SEED = 5;

    @BeforeAll
    static void start() {
        Libtorch.initialize(1);
    }

    @Test
    void lossFallsOnTextThatRepeats() {
        SoloStep step = step(model(), Double.POSITIVE_INFINITY);
        List<List<byte[]>> samples = List.of(TestBatches.samples(SEED, 8, 60));

        double first = step.train(TestBatches.of(0, samples)).loss();
        double last = first;
        for (int i = 1; i < 40; i++) {
            last = step.train(TestBatches.of(i, samples)).loss();
        }

        assertThat(first).isCloseTo(Math.log(256), within(1e-4));
        assertThat(last).isLessThan(3.0);
    }

    @Test
    void cuttingABatchIntoMicroBatchesChangesNothing() {
        List<byte[]> samples = TestBatches.samples(SEED, 7, 60);
        ByteTransformer whole = model();
        ByteTransformer cut = model();

        StepResult one = step(whole, 1).train(TestBatches.of(0, List.of(samples)));
        StepResult three = step(cut, 1)
                .train(TestBatches.of(
                        0, List.of(samples.subList(0, 1), List.of(), samples.subList(1, 4), samples.subList(4, 7))));

        assertThat(three.loss()).isCloseTo(one.loss(), within(1e-5));
        assertThat(three.gradientNorm()).isCloseTo(one.gradientNorm(), within(1e-5));
        assertThat(floats(cut.parameters().gradients()))
                .containsExactly(floats(whole.parameters().gradients()), within(1e-6f));
    }

    @Test
    void batchesWithoutATargetUpdateNothing() {
        ByteTransformer model = model();
        float[] before = floats(model.parameters().values());

        StepResult none = step(model, 1).train(TestBatches.of(0, List.of()));
        StepResult oneByte = step(model, 1).train(TestBatches.of(1, List.of(List.of(new byte[] {1}), List.of())));

        assertThat(List.of(none.targetCount(), oneByte.targetCount())).containsOnly(0L);
        assertThat(floats(model.parameters().values())).isEqualTo(before);
    }

    @Test
    void theGradientIsShortenedToItsLimit() {
        ByteTransformer model = model();
        double limit = 0.01;

        StepResult result = step(model, limit).train(TestBatches.of(0, List.of(TestBatches.samples(SEED, 4, 60))));

        assertThat(result.gradientNorm()).isGreaterThan(limit);
        assertThat(model.parameters().gradients().norm().item_double()).isCloseTo(limit, within(1e-6));
    }

    private static ByteTransformer model() {
        return new ByteTransformer(new TransformerShape(1, 16, 2, 64), SEED);
    }

    private static SoloStep step(ByteTransformer model, double maxGradientNorm) {
        return new SoloStep(
 model,
                new AdamWOptimizer(model.parameters(), AdamWSettings.defaults()),
                new Constant(0.01),
                maxGradientNorm);
    }

    private static float[] floats(Tensor tensor) {
        float[] values = new float[Math.toIntExact(tensor.numel())];
        tensor.data_ptr_float().get(values);
        return values;
    }
}
