package dev.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Runs that begin with the weights of a file, with real processes.
class WarmStartTest {

    @TempDir
    private Path directory;

    private Path shards;

    @BeforeEach
    void prepare() throws IOException {
        shards = SmallDataset.packed(directory, "--max-length", 64, "--overlong", "split");
    }

    private Object[] train(String run, int width, String... options) throws IOException {
        Path recipe = Files.writeString(directory.resolve("width-" + width + ".yaml"), """
                layers: 1
                width: %d
                heads: 2
                max-sample-bytes: 64
                batch: 12
                steps: 6
                """.formatted(width));
        List<String> arguments = new ArrayList<>(
                List.of("train", recipe.toString(), shards.toString(), "--run=" + directory.resolve(run)));
        arguments.addAll(List.of(options));
        return arguments.toArray();
    }

    private JsonNode firstLine(String run, String file) throws IOException {
        Path lines = directory.resolve(run).resolve(file);
        return new JsonMapper().readTree(Files.readAllLines(lines).getFirst());
    }

    @Test
    void runBeginsWithTheWeightsOfAnother() throws IOException {
        CommandRun.done(train("first", 16));
        Path exported = directory.resolve("first").resolve("model");
        Path tensors = exported.resolve("model.safetensors");
        Path stateDict = exported.resolve("state_dict.pt");

        CommandRun.done(train("second", 16, "--weights=" + tensors));
        double trained = firstLine("second", "metrics.jsonl").get("loss").asDouble();
        assertThat(trained)
                .isLessThan(firstLine("first", "metrics.jsonl").get("loss").asDouble());
        JsonNode weights = firstLine("second", "run.jsonl").get("weights");
        assertThat(weights.get("file").asString()).isEqualTo(tensors.toString());
        assertThat(weights.get("sha256").asString()).hasSize(64);

        CommandRun.done(train("second", 16));
        CommandRun.done(train("second", 16, "--weights=" + tensors));
        CommandRun others = CommandRun.of(train("second", 16, "--weights=" + stateDict));
        assertThat(others.exitCode())
                .as("the checkpoint began with other weights")
                .isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(others.err())
                .contains("differs=weights, saved=" + weights.get("sha256").asString());

        CommandRun wider = CommandRun.of(train("wider", 32, "--weights=" + stateDict));
        assertThat(wider.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(wider.err()).contains("loading weights failed", "missing=none, unexpected=none", "[256, 32]");
    }
}
