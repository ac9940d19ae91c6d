package dev.penstock.trainer.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.penstock.batch.Batch;
import dev.penstock.batch.ElementType;
import dev.penstock.batch.Field;
import dev.penstock.order.SampleSeeds;
import dev.penstock.trainer.PythonProgram;
import dev.penstock.trainer.SoloStep;
import dev.penstock.trainer.TestBatches;
import dev.penstock.trainer.model.Precision;
import dev.penstock.trainer.optimize.AdamWOptimizer;
import dev.penstock.trainer.optimize.AdamWSettings;
import dev.penstock.trainer.optimize.Constant;
import dev.penstock.trainer.tensor.Libtorch;
import dev.penstock.trainer.weights.Safetensors;
import dev.penstock.trainer.weights.StrictWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A convnet that PyTorch exported, beside the same convnet in PyTorch itself: same first weights, same batches.
@Tag("pytorch")
class PyTorchTest {

    private static final int SIDE = 12;
    private static final int BATCH = 32;
    private static final int STEPS = 400;
    private static final double RATE = 0.003;

    /// Steps over which rounding has not grown yet: both sides sum in another order.
    private static final int EQUAL_STEPS = 50;

    private static final int AUTOCAST_STEPS = 60;

    private static final List<Field> FIELDS =
            List.of(new Field("image.u8", ElementType.UINT8), new Field("label.i64", ElementType.INT64));

    private static final ModuleContract CONTRACT =
            ModuleContract.of(new ModuleLoss.CrossEntropy("label")).withShape("image", 1L, (long) SIDE, (long) SIDE);

    @TempDir
    private Path directory;

    private PythonProgram convnet;

    @BeforeEach
    void make() throws Exception {
        convnet = PythonProgram.of("convnet.py");
        Libtorch.initialize(1);
        convnet.run("make", directory);
    }

    private ScriptModel load() {
        return ScriptModel.load(directory.resolve("net.pt"), CONTRACT, new SampleSeeds(0));
    }

    @Test
    void weightsGoThroughToTheBit() throws Exception {
        load().export(directory.resolve("out"));

        convnet.run("same", directory);
        convnet.run("check", directory);
    }

    @Test
    void stateDictOfPyTorchIsTheModelsAndIsReadToTheBit() {
        ScriptModel model = load();
        Map<String, Tensor> expected = Safetensors.read(directory.resolve("net.safetensors"));
        model.parameters().values().zero_();

        StrictWeights.read(directory.resolve("net.state_dict.pt")).copyTo(model.stateDict());

        model.stateDict()
                .forEach((name, tensor) -> assertThat(torch.equal(tensor, Objects.requireNonNull(expected.get(name))))
                        .as(name)
                        .isTrue());
    }

    @Test
    void aConvnetReachesWhatItReachesInPyTorch() throws Exception {
        List<Double> expected = convnet.run("train", directory, STEPS, RATE).stream()
                .map(Double::valueOf)
                .toList();

        ScriptModel model = load();
        List<Double> losses = train(model, Precision.FP32, STEPS);
        model.export(directory.resolve("out"));
        double accuracy = Double.parseDouble(convnet.run("check", directory).getLast());

        for (int step = 0; step < EQUAL_STEPS; step++) {
            double other = expected.get(step);
            assertThat(losses.get(step)).as("step %d", step).isCloseTo(other, within(1e-4 * other));
        }
        assertThat(expected.getLast()).as("accuracy in PyTorch").isGreaterThan(0.8);
        assertThat(accuracy).isCloseTo(expected.getLast(), within(0.01));
        System.out.printf("convnet: accuracy %.4f here, %.4f in PyTorch%n", accuracy, expected.getLast());
    }

    /// Both sides round to eight bits, but not the same sums: a step differs by what bfloat16 does, not by more.
    @Test
    void bfloat16IsThatOfTorchAutocast() throws Exception {
        List<Double> expected = convnet.run("autocast", directory, AUTOCAST_STEPS, RATE).stream()
                .map(Double::valueOf)
                .toList();

        List<Double> losses = train(load(), Precision.BF16, AUTOCAST_STEPS);

        for (int step = 0; step < AUTOCAST_STEPS; step++) {
            double other = expected.get(step);
            assertThat(losses.get(step)).as("step %d", step).isCloseTo(other, within(0.02 * other));
        }
        assertThat(losses.getLast()).isLessThan(losses.getFirst());
        assertThat(losses).isNotEqualTo(train(load(), Precision.FP32, AUTOCAST_STEPS));
    }

    private List<Double> train(ScriptModel model, Precision precision, int steps) throws IOException {
        SoloStep step = new SoloStep(
                model,
                precision,
                new AdamWOptimizer(model.parameters(), new AdamWSettings(0.9, 0.98, 1e-8, 0)),
                new Constant(RATE),
                Double.POSITIVE_INFINITY);
        byte[] images = Files.readAllBytes(directory.resolve("train.image"));
        byte[] labels = Files.readAllBytes(directory.resolve("train.label"));
        List<Double> losses = new ArrayList<>();
        for (int i = 0; i < steps; i++) {
            losses.add(step.train(batch(i, images, labels)).loss());
        }
        return losses;
    }

    private static Batch batch(int step, byte[] images, byte[] labels) {
        List<byte[][]> samples = new ArrayList<>();
        for (int i = step * BATCH; i < (step + 1) * BATCH; i++) {
            samples.add(new byte[][] {
                Arrays.copyOfRange(images, i * SIDE * SIDE, (i + 1) * SIDE * SIDE),
                Arrays.copyOfRange(labels, i * Long.BYTES, (i + 1) * Long.BYTES)
            });
        }
        return TestBatches.of(step, FIELDS, List.of(samples));
    }
}
