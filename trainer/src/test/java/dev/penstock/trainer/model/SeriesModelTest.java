package dev.penstock.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.penstock.batch.Batch;
import dev.penstock.batch.ElementType;
import dev.penstock.batch.Field;
import dev.penstock.error.ConfigurationException;
import dev.penstock.trainer.SoloStep;
import dev.penstock.trainer.StepResult;
import dev.penstock.trainer.TestBatches;
import dev.penstock.trainer.optimize.AdamWOptimizer;
import dev.penstock.trainer.optimize.AdamWSettings;
import dev.penstock.trainer.optimize.OneCycle;
import dev.penstock.trainer.tensor.Libtorch;
import dev.penstock.trainer.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SeriesModelTest {

    private static final List<Field> FIELDS = List.of(new Field("f32", ElementType.FLOAT32));
    private static final long SEED = 9;

    /// Variance of what nobody can predict in [#series].
    private static final double NOISE_VARIANCE = 0.25;

    @BeforeAll
    static void start() {
        Libtorch.initialize(1);
    }

    /// An autoregressive process that looks 1 and 6 steps back.
    private static float[] series(Random random, int length) {
        float[] values = new float[length];
        for (int t = 0; t < length; t++) {
            double expected = (t >= 1 ? 0.4 * values[t - 1] : 0) - (t >= 6 ? 0.55 * values[t - 6] : 0);
            values[t] = (float) (expected + Math.sqrt(NOISE_VARIANCE) * random.nextGaussian());
        }
        return values;
    }

    private static List<byte[][]> samples(Random random, int count, int maxLength) {
        List<byte[][]> samples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            samples.add(new byte[][] {TestBatches.bytes(series(random, 1 + random.nextInt(maxLength)))});
        }
        return samples;
    }

    private static SeriesModel trainable(int channels) {
        SeriesModel model = new SeriesModel(new SeriesShape(3, 16, channels), SEED);
        // The output starts at zero, and then nothing would depend on anything.
        model.parameters().get("output").detach().fill_(new Scalar(0.1));
        return model;
    }

    private static double lossSum(SeriesModel model, List<byte[][]> samples) {
        return model.loss(new MicroBatch(TestBatches.of(0, FIELDS, List.of(samples)), 0))
                .map(loss -> loss.sum().item_double())
                .orElse(0.0);
    }

    @Test
    void lossComesNearTheVarianceThatNobodyCanPredict() {
        SeriesModel model = new SeriesModel(new SeriesShape(4, 16, 1), SEED);
        int steps = 250;
        SoloStep step = new SoloStep(
 model,
                new AdamWOptimizer(model.parameters(), AdamWSettings.defaults()),
                new OneCycle(0.01, 20, steps, 0.02),
                1);
        Random random = new Random(SEED);
        List<StepResult> results = new ArrayList<>();
        for (int i = 0; i < steps; i++) {
            results.add(step.train(TestBatches.of(i, FIELDS, List.of(samples(random, 12, 200)))));
        }

        double first = results.getFirst().loss();
        double last = results.subList(steps - 20, steps).stream()
                .mapToDouble(StepResult::loss)
                .average()
                .orElseThrow();
        assertThat(first).isGreaterThan(1.5 * NOISE_VARIANCE);
        assertThat(last).isBetween(0.9 * NOISE_VARIANCE, 1.12 * NOISE_VARIANCE);
    }

    @Test
    void packedSeriesLoseWhatTheyLoseAlone() {
        SeriesModel model = trainable(1);
        List<byte[][]> samples = samples(new Random(SEED), 9, 40);
        samples.add(4, new byte[][] {TestBatches.bytes(new float[0])});

        double alone = samples.stream()
                .mapToDouble(sample -> lossSum(model, List.<byte[][]>of(sample)))
                .sum();

        assertThat(lossSum(model, samples)).isCloseTo(alone, within(1e-3));
    }

    @Test
    void noPredictionSeesALaterRow() {
        SeriesModel model = trainable(2);
        float[] values = series(new Random(SEED), 2 * 20);
        Batch before = TestBatches.of(0, FIELDS, List.of(List.<byte[][]>of(new byte[][] {TestBatches.bytes(values)})));
        float[] changed = values.clone();
        changed[2 * 12] += 1;
        Batch after = TestBatches.of(0, FIELDS, List.of(List.<byte[][]>of(new byte[][] {TestBatches.bytes(changed)})));

        float[] first = predictions(model, before);
        float[] second = predictions(model, after);

        assertThat(Arrays.copyOf(second, 2 * 12)).isEqualTo(Arrays.copyOf(first, 2 * 12));
        assertThat(second[2 * 12]).isNotEqualTo(first[2 * 12]);
        assertThat(second[2 * 19])
                .as("7 rows later, within the 8 that are seen")
                .isNotEqualTo(first[2 * 19]);
    }

    private static float[] predictions(SeriesModel model, Batch batch) {
        Tensor tensor = model.predictions(
                Tensors.alias(batch.values(0), ElementType.FLOAT32).view(-1, 2), new SeriesRows(20));
        float[] values = new float[40];
        tensor.data_ptr_float().get(values);
        return values;
    }

    @Test
    void halfARowAndBytesAreRefused() {
        SeriesModel model = trainable(2);
        assertThatThrownBy(() -> lossSum(model, List.<byte[][]>of(new byte[][] {TestBatches.bytes(1f, 2f, 3f)})))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("sample=0", "values=3", "channels=2");
        assertThatThrownBy(() -> model.requireFits(TestBatches.BYTES))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(".f32");
    }
}
