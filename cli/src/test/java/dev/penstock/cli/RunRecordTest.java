package dev.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What `penstock train` leaves beside its checkpoints, with real processes.
class RunRecordTest {

    private static final JsonMapper JSON = new JsonMapper();

    /// Of a tmpfs that holds one checkpoint of the tiny model, about 1 MB, and its curves, but not two.
    private static final String ROOM_FOR_ONE = "size=1500k";

    @TempDir
    private Path directory;

    private Path shards;
    private Path recipe;

    @BeforeEach
    void prepare() throws IOException {
        shards = SmallDataset.packed(directory, "--max-length", 64, "--overlong", "split");
        recipe = Files.writeString(directory.resolve("tiny.yaml"), """
                layers: 1
                width: 16
                heads: 2
                max-sample-bytes: 64
                batch: 12
                steps: 40
                """);
    }

    private Object[] train(Path run, String... options) {
        List<String> arguments = new ArrayList<>(List.of(
                "train",
                recipe.toString(),
                shards.toString(),
                "--run=" + run,
                "--checkpoint-every=2",
                "--ram=64K",
                "--block=4K",
                "--slots=1M"));
        arguments.addAll(List.of(options));
        return arguments.toArray();
    }

    @Test
    void eachStartSaysAllThatItTakesToRepeatIt() throws IOException {
        Path run = directory.resolve("run");
        Path json = directory.resolve("result.json");
        String server = "--mlflow=http://ada:secret@127.0.0.1:1";
        CommandRun first = CommandRun.done(
                train(run, "--steps=4", "--optimizer=sgd", "--schedule=one-cycle", "--json=" + json, server));
        CommandRun.done(train(run, "--steps=4", "--optimizer=sgd", "--schedule=one-cycle"));

        List<String> starts = Files.readAllLines(run.resolve("run.jsonl"));
        JsonNode start = JSON.readTree(starts.getFirst());
        assertThat(starts).hasSize(2);
        assertThat(start.at("/options/seed").asString()).isEqualTo("0");
        assertThat(start.at("/options/mlflow").asString()).isEqualTo("http://…@127.0.0.1:1");
        assertThat(start.at("/options/remainder").asString()).isEqualTo("carry");
        assertThat(start.at("/options/recipe.peak-rate").asString()).isEqualTo("0.003");
        assertThat(start.at("/options/recipe.optimizer").asString()).isEqualTo("sgd");
        assertThat(start.at("/optimization/optimizer").asString()).isEqualTo("SGD");
        assertThat(start.at("/plan/steps").asLong()).isEqualTo(4);
        assertThat(start.at("/plan")).isEqualTo(JSON.readTree(starts.getLast()).at("/plan"));
        assertThat(start.at("/dataset").asString()).isNotBlank();
        assertThat(start.at("/libtorch").asString()).startsWith("2.");
        assertThat(start.at("/environment/jdk").asString()).isNotBlank();
        assertThat(JSON.readTree(starts.getLast()).at("/startStep").asLong()).isEqualTo(4);

        JsonNode record = ResultFile.read(json).json().get("record");
        assertThat(Path.of(record.at("/files/tensorboard").asString())).isDirectory();
        assertThat(record.at("/sinks/tensorboard/delivered").asLong()).isEqualTo(4);
        assertThat(record.at("/sinks/mlflow/missing").asLong()).isEqualTo(4);
        assertThat(record.at("/checkpointHeldSeconds").asDouble()).isPositive();
        assertThat(first.out()).contains("mlflow      lacks 4 steps:");
        assertThat(filesWith(run, "secret")).isEmpty();
    }

    @Test
    void equalSeedsLeaveEqualGenerators() throws IOException {
        for (String run : List.of("one", "two")) {
            CommandRun.done(train(directory.resolve(run), "--steps=1", "--seed=3"));
        }
        CommandRun.done(train(directory.resolve("three"), "--steps=1", "--seed=4"));

        assertThat(generator("one")).isEqualTo(generator("two")).isNotEqualTo(generator("three"));
    }

    private byte[] generator(String run) throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve(run).resolve("checkpoints"))) {
            return Files.readAllBytes(files.filter(file -> file.endsWith("generator.bin"))
                    .findFirst()
                    .orElseThrow());
        }
    }

    private static List<Path> filesWith(Path directory, String text) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> content(file).contains(text))
                    .toList();
        }
    }

    private static String content(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    @Test
    void fullDiskCostsCheckpointsAndNotTheRun() throws Exception {
        Path small = Files.createDirectory(directory.resolve("small"));
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", ROOM_FOR_ONE, "none", small.toString()) == 0,
                "NOT RUN: mounting a tmpfs needs root");
        try {
            Path run = small.resolve("run");
            CommandRun full = CommandRun.of(train(run, "--steps=8"));

            assertThat(full.exitCode()).isNotEqualTo(ExitCode.DONE);
            assertThat(Files.readAllLines(run.resolve("metrics.jsonl"))).hasSize(8);
            assertThat(run.resolve("checkpoints").toFile().list()).containsExactly("step-000000000002.000");

            run("mount", "-o", "remount,size=10m", small.toString());
            CommandRun.done(train(run, "--steps=8"));
            assertThat(Files.readAllLines(run.resolve("metrics.jsonl"))).hasSize(8);
        } finally {
            run("umount", small.toString());
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
    }
}
