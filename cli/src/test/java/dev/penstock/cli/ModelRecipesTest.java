package dev.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.penstock.trainer.weights.Safetensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Models other than the demo's, as a user trains them: files, `pack`, a recipe, `train`.
class ModelRecipesTest {

    private static final long SEED = 8;
    private static final int STEPS = 30;

    @TempDir
    private Path directory;

    private Path shards;

    /// Points of the plane, and whether they lie above a line.
    @BeforeEach
    void packPoints() throws IOException {
        Random random = new Random(SEED);
        Path files = Files.createDirectories(directory.resolve("files"));
        for (int i = 0; i < 200; i++) {
            float x = (float) random.nextGaussian();
            float y = (float) random.nextGaussian();
            Files.write(files.resolve(i + ".point.f32"), bytes(x, y));
            Files.write(files.resolve(i + ".above.i64"), bytes(2 * x + y > 0.5 ? 1L : 0L));
        }
        shards = directory.resolve("shards");
        CommandRun.done("pack", files, shards);
    }

    private static byte[] bytes(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    private static byte[] bytes(long value) {
        return ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
    }

    /// A linear classifier, as PyTorch would have exported it.
    private Path module(String argument) {
        return ScriptedModule.save(
                directory.resolve(argument + ".pt"),
                Map.of("weight", torch.zeros(2, 2), "bias", torch.zeros(2)),
                Map.of(),
                """
                def forward(self, %1$s):
                    return torch.linear(%1$s, self.weight, self.bias)
                """.formatted(argument));
    }

    private Path recipe(String... lines) throws IOException {
        return Files.write(directory.resolve("recipe.yaml"), List.of(lines));
    }

    private CommandRun train(Object recipe, Object... options) {
        Object[] arguments = new Object[options.length + 5];
        arguments[0] = "train";
        arguments[1] = recipe;
        arguments[2] = shards;
        arguments[3] = "--run=" + directory.resolve("run");
        arguments[4] = "--steps=" + STEPS;
        System.arraycopy(options, 0, arguments, 5, options.length);
        return CommandRun.of(arguments);
    }

    private CommandRun trainClassifier(Object... options) throws IOException {
        return train(
                recipe("recipe: module", "shapes: point=2", "loss: cross-entropy", "target: above", "peak-rate: 0.1"),
                options);
    }

    @Test
    void moduleLearnsOnTwoRanksAndItsWeightsAreLeftForOtherPrograms() throws IOException {
        Path json = directory.resolve("result.json");

        CommandRun run = trainClassifier("--model=" + module("point"), "--ranks=2", "--json=" + json);

        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("nats per target");
        ResultFile result = ResultFile.read(json);
        assertThat(result.value("loss_first")).isCloseTo(Math.log(2), within(1e-5));
        assertThat(result.value("loss_last")).isLessThan(0.35);
        Path left = directory.resolve("run").resolve("model");
        JitModule trained = torch.load(left.resolve("model.pt").toString());
        Map<String, Tensor> weights = Safetensors.read(left.resolve("model.safetensors"));
        assertThat(weights).containsOnlyKeys("weight", "bias");
        assertThat(torch.equal(trained.attr("weight").toTensor(), Objects.requireNonNull(weights.get("weight"))))
                .isTrue();
        assertThat(left.resolve("state_dict.pt")).isNotEmptyFile();
    }

    @Test
    void seriesOfNumbersAreLearned() throws IOException {
        Path json = directory.resolve("result.json");
        Path files = Files.createDirectories(directory.resolve("waves"));
        for (int i = 0; i < 60; i++) {
            float[] wave = new float[3 + i];
            for (int t = 0; t < wave.length; t++) {
                wave[t] = (float) Math.sin(0.7 * t + i);
            }
            Files.write(files.resolve(i + ".f32"), bytes(wave));
        }
        shards = directory.resolve("waves-packed");
        CommandRun.done("pack", files, shards);

        CommandRun run = train(recipe("recipe: series", "layers: 3", "width: 8", "batch: 20"), "--json=" + json);

        assertThat(run.err()).isEmpty();
        ResultFile result = ResultFile.read(json);
        assertThat(result.value("loss_first")).isBetween(0.4, 0.6);
        assertThat(result.value("loss_last")).isLessThan(0.25);
        assertThat(directory.resolve("run").resolve("model")).isDirectoryContaining("glob:**model.safetensors");
    }

    @Test
    void whatDoesNotFitIsRefusedBeforeAnyProcessStarts() throws IOException {
        assertRefused(trainClassifier("--model=" + module("image")), "missingField=image", "point.f32");
        assertRefused(trainClassifier("--model=" + directory.resolve("none.pt")), "none.pt", "torch.jit.save");
        assertRefused(trainClassifier(), "--model");
        assertRefused(train("byte-lm"), "fields=", "UINT8");
        assertRefused(train("byte-lm", "--model=" + module("point")), "needs the recipe module");
        assertRefused(train(recipe("recipe: module", "loss: mean", "target: above"), "--model=x.pt"), "loss=mean");
        assertRefused(train(recipe("recipe: module", "loss: cross-entropy"), "--model=x.pt"), "target=''");
        assertRefused(train(recipe("recipe: module", "shapes: point=2*2"), "--model=x.pt"), "shapes=point=2*2");
        assertRefused(train(recipe("recipe: lstm")), "known=byte-lm series module");
        assertRefused(train(recipe("recipe: series", "heads: 3")), "unknown=heads");
    }

    private static void assertRefused(CommandRun run, String... parts) {
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(run.err()).contains(parts).hasLineCount(1);
    }
}
