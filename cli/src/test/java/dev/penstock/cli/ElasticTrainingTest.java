package dev.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.trainer.weights.Safetensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs of a module with random numbers in it that are killed and go on, with real processes.
class ElasticTrainingTest {

    private static final long SEED = 12;
    private static final int STEPS = 24;
    private static final int STEPS_BEFORE_KILL = 8;

    private static final String DROPOUT = """
            def forward(self, point):
                hidden = torch.relu(torch.linear(point, self.first))
                return torch.linear(torch.dropout(hidden, 0.3, self.training), self.second)
            """;

    private static final String DROPOUT_AND_BATCH_NORM = """
            def forward(self, point):
                hidden = torch.dropout(torch.relu(torch.linear(point, self.first)), 0.3, self.training)
                normal = torch.batch_norm(
                    hidden, None, None, self.mean, self.variance, self.training, 0.1, 1e-5, False)
                return torch.linear(normal, self.second)
            """;

    @TempDir
    private Path directory;

    private Path shards;

    /// Points of the plane, and whether they lie above a line.
    @BeforeEach
    void packPoints() throws IOException {
        Random random = new Random(SEED);
        Path files = Files.createDirectories(directory.resolve("files"));
        for (int i = 0; i < 150; i++) {
            ByteBuffer point = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            float x = (float) random.nextGaussian();
            float y = (float) random.nextGaussian();
            Files.write(
                    files.resolve(i + ".point.f32"),
                    point.putFloat(x).putFloat(y).array());
            Files.write(files.resolve(i + ".above.u8"), new byte[] {(byte) (2 * x + y > 0.5 ? 1 : 0)});
        }
        shards = directory.resolve("shards");
        CommandRun.done("pack", files, shards);
    }

    private Path module(String forward, Map<String, Tensor> buffers) {
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        parameters.put("first", ScriptedModule.spread(16, 2));
        parameters.put("second", ScriptedModule.spread(2, 16));
        return ScriptedModule.save(directory.resolve("module.pt"), parameters, buffers, forward);
    }

    private List<String> train(String run, Path module, int ranks, String... options) throws IOException {
        Path recipe = Files.writeString(directory.resolve("recipe.yaml"), """
                recipe: module
                shapes: point=2
                loss: cross-entropy
                target: above
                batch: 13
                optimizer: sgd
                momentum: 0.9
                peak-rate: 0.02
                """);
        List<String> command = new ArrayList<>(List.of(
                "train",
                recipe.toString(),
                shards.toString(),
                "--model=" + module,
                "--run=" + directory.resolve(run),
                "--steps=" + STEPS,
                "--checkpoint-every=2",
                "--ranks=" + ranks));
        command.addAll(List.of(options));
        return command;
    }

    private void kill(String run, Path module, int ranks, String... options) throws Exception {
        List<String> command = train(run, module, ranks, options);
        KilledTraining.of(command, directory.resolve(run), ranks, STEPS_BEFORE_KILL, STEPS);
    }

    private List<String> metrics(String run) throws IOException {
        return Files.readAllLines(directory.resolve(run).resolve("metrics.jsonl"));
    }

    private Path weights(String run) {
        return directory.resolve(run).resolve("model").resolve("model.safetensors");
    }

    @Test
    void fourRanksKilledThreeGoOnAndTheBitsAreThoseOfOne() throws Exception {
        Path module = module(DROPOUT, Map.of("unmoved", torch.ones(3)));
        String reproducible = "--reduction=reproducible";
        CommandRun.done(train("one", module, 1, reproducible).toArray());
        kill("elastic", module, 4, reproducible);
        CommandRun.done(train("elastic", module, 3, reproducible).toArray());

        assertThat(metrics("elastic")).hasSize(STEPS).isEqualTo(metrics("one"));
        assertThat(weights("elastic")).hasSameBinaryContentAs(weights("one"));
    }

    @Test
    void buffersOfABatchNormAndWhatIsRandomGoOnWhereTheRunWasKilled() throws Exception {
        Path module = module(DROPOUT_AND_BATCH_NORM, Map.of("mean", torch.zeros(16), "variance", torch.ones(16)));
        CommandRun.done(train("whole", module, 2).toArray());
        kill("killed", module, 2);
        CommandRun.done(train("killed", module, 2).toArray());

        assertThat(metrics("killed")).hasSize(STEPS).isEqualTo(metrics("whole"));
        assertThat(weights("killed")).hasSameBinaryContentAs(weights("whole"));
        Map<String, Tensor> exported = Safetensors.read(weights("whole"));
        assertThat(exported).containsOnlyKeys("first", "second", "mean", "variance");
        assertThat(exported.get("mean").norm().item_double()).isPositive();
    }

    @Test
    void buffersThatMoveAndStepsThatTradeSamplesAreNotReproducible() throws Exception {
        Path moving = module("""
                def forward(self, point):
                    self.seen.add_(1)
                    return torch.linear(torch.relu(torch.linear(point, self.first)), self.second)
                """, Map.of("seen", torch.zeros(1)));

        CommandRun buffer = CommandRun.of(
                train("moving", moving, 1, "--reduction=reproducible").toArray());
        CommandRun delay = CommandRun.of(train("delay", moving, 2, "--reduction=reproducible", "--balance=delay=4")
                .toArray());

        assertThat(buffer.exitCode()).isNotEqualTo(ExitCode.DONE);
        assertThat(buffer.err()).contains("movingBuffer=seen");
        assertThat(delay.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(delay.err()).contains("balance=delay=4").hasLineCount(1);
    }

    @Test
    void precisionAndReductionOfARunStayAsTheyAre() throws Exception {
        Path module = module(DROPOUT, Map.of());
        CommandRun.done(train("run", module, 1, "--precision=bf16").toArray());

        CommandRun other = CommandRun.of(
                train("run", module, 1, "--reduction=reproducible").toArray());

        assertThat(Files.readString(directory.resolve("run").resolve("run.jsonl")))
                .contains("\"precision\":\"BF16\"");
        assertThat(other.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(other.err())
                .contains("differs=precision, reduction", "saved=bf16, overlapped", "now=fp32, reproducible");
    }
}
