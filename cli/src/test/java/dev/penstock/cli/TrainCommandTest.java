package dev.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.penstock.trainer.world.JavaCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Training with real processes, on a model that is small enough to take no time.
class TrainCommandTest {

    private static final int STEPS = 40;

    /// Far enough for a checkpoint, and far from the end.
    private static final int STEPS_BEFORE_KILL = 12;

    /// A calibration holds from 32 steps later on.
    private static final int CALIBRATED_STEPS = 56;

    /// Losses of the same samples, added in another sequence, so many steps deep.
    private static final double REASSOCIATION = 1e-4;

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

    @Test
    void ranksOfAHostFetchEachBlockOnce() throws IOException {
        Path json = directory.resolve("once.json");
        CommandRun.done(
                "train",
                recipe,
                shards,
                "--run=" + directory.resolve("once"),
                "--ranks=2",
                "--epochs=1",
                "--cost=attention",
                "--block=4K",
                "--json=" + json);
        long stored;
        try (Stream<Path> files = Files.list(shards)) {
            stored = files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }

        assertThat(ResultFile.read(json).value("origin_bytes"))
                .isGreaterThan(stored * 0.8)
                .isLessThanOrEqualTo(stored);
    }

    @Test
    void killedRunContinuesWithinAWindowOfStepsThatTradeSamples() throws Exception {
        CommandRun whole = CommandRun.done(
                train("whole", "--ranks=2", "--balance=delay=30").toArray());
        startAndKill("killed", "--balance=delay=30");
        assertThat(Files.readString(latestManifest("killed"))).contains("openWindow\\\":\\\"OutlierDelay");
        CommandRun.done(train("killed", "--ranks=2", "--balance=delay=30").toArray());

        assertThat(metrics("killed")).hasSize(STEPS).isEqualTo(metrics("whole"));
        assertThat(trace("killed")).hasSize(2 * STEPS).isEqualTo(trace("whole"));
        assertThat(whole.out()).contains("no sample moves by more than 30 steps");
    }

    private Path latestManifest(String run) throws IOException {
        try (Stream<Path> kept = Files.list(directory.resolve(run).resolve("checkpoints"))) {
            Path latest = kept.filter(path -> path.getFileName().toString().startsWith("step-"))
                    .sorted()
                    .toList()
                    .getLast();
            return latest.resolve("manifest.jsonl");
        }
    }

    @Test
    void calibratedRunTrainsTheSameAndGoesOnWithWhatItMeasured() throws Exception {
        // Most times are explained better than by the square of the length alone; on a busy machine no model may be,
        // and
        // half of the times are left out as disturbed. The run is killed after the calibration.
        Path cost = Files.writeString(directory.resolve("squares.yaml"), "beta: 1\n");
        String[] options = {
            "--steps=" + CALIBRATED_STEPS, "--max-tokens=64", "--batch=48", "--cost=" + cost, "--calibrate=10"
        };
        CommandRun.done(train(
                        "off",
                        Stream.concat(Stream.of("--ranks=2"), Stream.of(options).limit(4))
                                .toArray())
                .toArray());
        startAndKill("on", options);
        Path json = directory.resolve("on.json");
        List<String> resume = train("on", (Object[]) options);
        CommandRun resumed = CommandRun.done(Stream.concat(resume.stream(), Stream.of("--ranks=2", "--json=" + json))
                .toArray());

        List<Double> off = losses("off");
        List<Double> on = losses("on");
        assertThat(on).hasSize(CALIBRATED_STEPS);
        for (int step = 0; step < CALIBRATED_STEPS; step++) {
            assertThat(on.get(step)).as("step %d", step).isCloseTo(off.get(step), within(REASSOCIATION));
        }
        assertThat(globalBatches("on")).hasSize(CALIBRATED_STEPS).isEqualTo(globalBatches("off"));
        assertThat(resumed.out())
                .containsAnyOf(
                        "calibrated  at step 10, in force from step 42: cost ",
                        "calibrated  kept at step 10, not better: what was in force stays");
        boolean fitted = resumed.out().contains("in force from step 42");
        assertThat(Files.readString(latestManifest("on")).contains("\"calibration\":\"42 "))
                .isEqualTo(fitted);
        if (fitted) {
            ResultFile result = ResultFile.read(json);
            assertThat(result.value("calibrated_from_step")).isEqualTo(42);
            assertThat(result.value("cost_error_after")).isPositive().isLessThan(result.value("cost_error_before"));
            CommandRun.done(
                    "plan",
                    shards,
                    "--ranks=2",
                    "--cost=" + directory.resolve("on").resolve("cost.yaml"));
        }
    }

    @Test
    void otherNumberOfRanksDropsMeasuredSpeedsAndSaysSo() throws Exception {
        CommandRun.done(train("run", "--steps=2").toArray());
        Path manifest = latestManifest("run");
        String line = Files.readAllLines(manifest)
                .getFirst()
                .replace("\"calibration\":\"\"", "\"calibration\":\"1 7 1 0 1000,1500\"");
        CRC32C sum = new CRC32C();
        sum.update(line.getBytes(StandardCharsets.UTF_8));
        Files.writeString(manifest, line + "\n" + sum.getValue() + "\n");

        Path output = directory.resolve("again.log");
        Process again = new ProcessBuilder(JavaCommand.like(Main.class.getName(), train("run", "--steps=2")))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();

        assertThat(again.waitFor()).isZero();
        assertThat(output).content().contains("measured rank speeds are dropped, the measured cost model stays");
    }

    private List<Double> losses(String run) throws IOException {
        return metrics(run).stream()
                .map(line -> new JsonMapper().readTree(line).get("loss").asDouble())
                .toList();
    }

    private Map<Long, Set<Long>> globalBatches(String run) throws IOException {
        Map<Long, Set<Long>> batches = new TreeMap<>();
        for (String line : trace(run)) {
            JsonNode json = new JsonMapper().readTree(line);
            Set<Long> samples = batches.computeIfAbsent(json.get("step").asLong(), _ -> new TreeSet<>());
            json.get("ids").forEach(id -> samples.add(id.asLong()));
        }
        return batches;
    }

    @Test
    void calibrationOfARunThatDoesNotBalanceIsRefused() {
        CommandRun run =
                CommandRun.of(train("r", "--balance=off", "--calibrate=every=5").toArray());

        assertThat(run.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(run.err()).contains("balance=off, calibrate=every=5");
    }

    private void startAndKill(String run, String... options) throws Exception {
        List<String> command = train(run, (Object[]) options);
        command.add("--ranks=2");
        KilledTraining.of(command, directory.resolve(run), 2, STEPS_BEFORE_KILL, STEPS);
    }

    /// The number of ranks changes who computes a sample, and in which order a sum is made; nothing else.
    private void assertGoesOnAsAlone(String run) throws IOException {
        CommandRun.done(train("alone").toArray());
        assertThat(globalBatches(run)).hasSize(STEPS).isEqualTo(globalBatches("alone"));
        List<Double> expected = losses("alone");
        List<Double> found = losses(run);
        assertThat(found).hasSize(STEPS);
        for (int step = 0; step < STEPS; step++) {
            assertThat(found.get(step)).as("step %d", step).isCloseTo(expected.get(step), within(REASSOCIATION));
        }
    }

    @Test
    void oneRankDiesAllStopAndNameItAndFewerGoOn() throws Exception {
        List<String> command = train("widowed");
        command.add("--ranks=2");
        Process parent = KilledTraining.started(command, directory.resolve("widowed"), STEPS_BEFORE_KILL);
        List<ProcessHandle> ranks = parent.descendants().toList();
        ProcessHandle second = ranks.stream()
                .filter(rank -> environment(rank).contains("\0RANK=1\0"))
                .findFirst()
                .orElseThrow();
        second.destroyForcibly();

        assertThat(parent.waitFor()).isEqualTo(ExitCode.FAILED);
        ranks.forEach(rank -> rank.onExit().join());
        assertThat(directory.resolve("widowed").resolve(KilledTraining.LOG))
                .content()
                .contains("local rank failed: rank=1, exitCode=137");

        CommandRun.done(train("widowed").toArray());
        assertGoesOnAsAlone("widowed");
    }

    private static String environment(ProcessHandle process) {
        try {
            return "\0" + Files.readString(Path.of("/proc", Long.toString(process.pid()), "environ"));
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
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
