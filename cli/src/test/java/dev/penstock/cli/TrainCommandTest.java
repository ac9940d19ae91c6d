package dev.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.penstock.trainer.world.JavaCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Training with real processes, on a model that is small enough to take no time.
class TrainCommandTest {

    private static final int STEPS = 40;

    /// Far enough for a checkpoint, and far from the end.
    private static final int STEPS_BEFORE_KILL = 12;

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
                steps: %d
                """.formatted(STEPS));
    }

    private List<String> train(String run, Object... options) {
        List<String> arguments = new ArrayList<>(List.of(
                "train",
                recipe.toString(),
                shards.toString(),
                "--run=" + directory.resolve(run),
                "--trace=" + directory.resolve(run + ".trace"),
                "--checkpoint-every=2",
                "--ram=64K",
                "--block=4K",
                "--slots=1M",
                "--disk=" + directory.resolve(run + "-tier") + ":64M"));
        for (Object option : options) {
            arguments.add(option.toString());
        }
        return arguments;
    }

    private List<String> trace(String run) throws IOException {
        return Files.readAllLines(directory.resolve(run + ".trace")).stream()
                .sorted()
                .toList();
    }

    private List<String> metrics(String run) throws IOException {
        return Files.readAllLines(metricsFile(run));
    }

    private Path metricsFile(String run) {
        return directory.resolve(run).resolve("metrics.jsonl");
    }

    @Test
    void killedRunContinuesAsIfNothingHadHappened() throws Exception {
        Path json = directory.resolve("whole.json");
        CommandRun whole =
                CommandRun.done(train("whole", "--ranks=2", "--json=" + json).toArray());
        startAndKill("killed");
        CommandRun.done(train("killed", "--ranks=2").toArray());

        assertThat(metrics("killed")).hasSize(STEPS).isEqualTo(metrics("whole"));
        assertThat(trace("killed")).hasSize(2 * STEPS).isEqualTo(trace("whole"));
        ResultFile result = ResultFile.read(json);
        assertThat(result.value("loss_first")).isCloseTo(5.545, within(0.001));
        assertThat(result.value("loss_last")).isLessThan(result.value("loss_first"));
        assertThat(result.value("batches")).isEqualTo(2 * STEPS);
        assertThat(result.metrics()).contains("fed_share", "samples_per_s", "mb_per_s", "balance_ratio", "disk_bytes");
        assertThat(whole.out()).contains("loss", "fed", "balance", "tiers");
    }

    private void startAndKill(String run) throws Exception {
        Files.createDirectories(directory.resolve(run));
        try (WatchService watch = directory.getFileSystem().newWatchService()) {
            directory
                    .resolve(run)
                    .register(watch, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
            Process parent = new ProcessBuilder(JavaCommand.like(Main.class.getName(), train(run, "--ranks=2")))
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("killed.log").toFile())
                    .start();
            while (!Files.exists(metricsFile(run)) || metrics(run).size() < STEPS_BEFORE_KILL) {
                WatchKey key = watch.take();
                key.pollEvents();
                key.reset();
            }
            List<ProcessHandle> ranks = parent.descendants().toList();
            parent.destroyForcibly().waitFor();
            ranks.forEach(rank -> rank.onExit().join());
            assertThat(ranks).hasSize(2);
            assertThat(metrics(run).size()).isLessThan(STEPS);
        }
    }

    @Test
    void finishedRunIsNotTrainedAgainAndAnotherSeedIsRefused() throws IOException {
        CommandRun.done(train("run", "--steps=4", "--keep=1").toArray());
        List<String> curve = metrics("run");

        try (Stream<Path> kept = Files.list(directory.resolve("run").resolve("checkpoints"))) {
            assertThat(kept).hasSize(1);
        }

        CommandRun again = CommandRun.done(train("run", "--steps=4").toArray());
        CommandRun other = CommandRun.of(train("run", "--steps=4", "--seed=9").toArray());

        assertThat(again.out()).contains("over 4 steps");
        assertThat(metrics("run")).hasSize(4).isEqualTo(curve);
        assertThat(other.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(other.err().lines())
                .as("whatever the number of ranks")
                .singleElement()
                .asString()
                .contains("differs=seed, saved=0, now=9");

        CommandRun longer = CommandRun.of(train("run", "--steps=6").toArray());
        assertThat(longer.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(longer.err().lines()).singleElement().asString().contains("differs=steps, saved=4, now=6");
    }

    @Test
    void sampleThatIsTooLongForTheModelIsRefusedBeforeAnyProcessStarts() {
        CommandRun.done("index", shards);

        CommandRun tooLong = CommandRun.of(train("r").toArray());

        assertThat(tooLong.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(tooLong.err()).contains("maxSampleBytes=64", "--max-length 64 --overlong split");
    }
}
