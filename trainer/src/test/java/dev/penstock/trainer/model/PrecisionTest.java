package dev.penstock.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.penstock.batch.Batch;
import dev.penstock.batch.ElementType;
import dev.penstock.batch.Field;
import dev.penstock.trainer.TestBatches;
import dev.penstock.trainer.tensor.Libtorch;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PrecisionTest {

    private static final long SEED = 31;

    /// Of the first loss. Bfloat16 has eight significant bits; sums over a batch even most of the rounding out.
    private static final double DISTANCE = 0.005;

    private static final int STEPS = 20;

    /// A model and something it can learn from.
    ///
    /// @param stride length of a step
    private record Task(String name, Model model, MicroBatch samples, double stride) {
        @Override
        public String toString() {
            return name;
        }
    }

    @BeforeAll
    static void start() {
        Libtorch.initialize(1);
    }

    private static List<Task> tasks() {
        Libtorch.initialize(1);
        ByteTransformer bytes = new ByteTransformer(new TransformerShape(2, 32, 2, 64), SEED);
        SeriesModel series = new SeriesModel(new SeriesShape(3, 16, 1), SEED);
        Task text = new Task(
                "byte transformer",
                bytes,
                new MicroBatch(TestBatches.of(0, List.of(TestBatches.samples(SEED, 12, 60))), 0),
                0.5);
        Task waves = new Task("series model", series, new MicroBatch(waves(), 0), 0.05);
        return List.of(text, waves);
    }

    private static Batch waves() {
        Random random = new Random(SEED);
        List<byte[][]> samples = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            float[] wave = new float[40];
            double phase = random.nextDouble(6);
            for (int t = 0; t < wave.length; t++) {
                wave[t] = (float) Math.sin(phase + 0.4 * t);
            }
            samples.add(new byte[][] {TestBatches.bytes(wave)});
        }
        return TestBatches.of(0, List.of(new Field("wave.f32", ElementType.FLOAT32)), List.of(samples));
    }

    @ParameterizedTest
    @MethodSource("tasks")
    void bfloat16LearnsAsFloat32Does(Task task) {
        List<Double> single = descend(task, Precision.FP32);
        List<Double> half = descend(task, Precision.BF16);
        List<Double> again = descend(task, Precision.BF16);

        assertThat(half).isEqualTo(again).isNotEqualTo(single);
        assertThat(half.getLast()).isLessThan(0.8 * half.getFirst());
        for (int i = 0; i < half.size(); i++) {
            assertThat(half.get(i)).as("step %d", i).isCloseTo(single.get(i), within(DISTANCE * single.getFirst()));
        }
    }

    /// Plain gradient descent from where the model is, and back.
    private static List<Double> descend(Task task, Precision precision) {
        Tensor values = task.model().parameters().values();
        Tensor start = values.clone();
        List<Double> losses = new ArrayList<>();
        for (int i = 0; i < STEPS; i++) {
            task.model().parameters().zeroGradients();
            Loss loss = precision.of(task.model()).loss(task.samples()).orElseThrow();
            assertThat(loss.sum().scalar_type().intern()).isEqualTo(ScalarType.Float);
            loss.sum().backward();
            Tensor gradients = task.model().parameters().gradients();
            try (NoGradGuard _ = new NoGradGuard()) {
                values.add_(
                        gradients, new Scalar(-task.stride() / gradients.norm().item_double()));
            }
            losses.add(loss.sum().item_double());
        }
        try (NoGradGuard _ = new NoGradGuard()) {
            values.copy_(start);
        }
        return losses;
    }
}
