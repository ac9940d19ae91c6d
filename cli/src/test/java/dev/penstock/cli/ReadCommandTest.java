package dev.penstock.cli;

import static dev.penstock.cli.CommandRun.file;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadCommandTest {

    @TempDir
    private static Path shared;

    private static Path shards;

    @TempDir
    private Path directory;

    @BeforeAll
    static void pack() throws IOException {
        shards = SmallDataset.packed(shared);
    }

    @Test
    void delayedOutliersAreReadOnceAndTheDependenceOnRanksIsSaid() throws IOException {
        Path trace = directory.resolve("t.jsonl");
        CommandRun run =
                CommandRun.done("read", shards, "--batch", 32, "--ranks", 4, "--balance", "delay=3", "--trace", trace);

        assertThat(run.out()).contains("balance delay=3: what a step holds depends on the number of ranks, 4 here");
        assertThat(TraceLine.read(trace).stream().flatMap(line -> line.ids().stream()))
                .hasSize(SmallDataset.FILES)
                .doesNotHaveDuplicates();
    }

    private Path trace(String name, Object... options) {
        Path trace = directory.resolve(name);
        Object[] arguments = Arrays.copyOf(
                new Object[] {"read", file(shards), "--seed", 7, "--ram", "32K", "--block", "4K", "--trace", trace},
                10 + options.length);
        System.arraycopy(options, 0, arguments, 10, options.length);
        CommandRun.done(arguments);
        return trace;
    }

    @Test
    void everyLayoutDeliversTheSameBytesOfTheSameSamples() throws IOException {
        Map<Long, Map<Long, Long>> packed = sumsByStep(trace("packed", "--batch", 32, "--ranks", 2, "--epochs", 1));
        assertThat(packed).hasSize(10);
        for (String layout : List.of("padded", "fixed=100", "bucket=64,512")) {
            Path trace = trace(layout, "--batch", 32, "--ranks", 2, "--epochs", 1, "--layout", layout);
            assertThat(sumsByStep(trace)).as(layout).isEqualTo(packed);
        }
    }

    /// CRC-32C by step and sample.
    private static Map<Long, Map<Long, Long>> sumsByStep(Path trace) throws IOException {
        Map<Long, Map<Long, Long>> sums = new HashMap<>();
        for (TraceLine line : TraceLine.read(trace)) {
            for (int i = 0; i < line.ids().size(); i++) {
                sums.computeIfAbsent(line.step(), _ -> new HashMap<>())
                        .put(line.ids().get(i), line.crc32c().get(i));
            }
        }
        return sums;
    }

    @Test
    void everyNumberOfRanksDeliversTheSameSamplesAtEveryStep() throws IOException {
        Map<Long, ?> three = TraceLine.samplesByStep(trace("a", "--batch", 96, "--ranks", 3, "--steps", 40));
        Map<Long, ?> five = TraceLine.samplesByStep(trace("b", "--batch", 96, "--ranks", 5, "--steps", 40));

        assertThat(three).hasSize(40).isEqualTo(five);
    }

    @Test
    void startDeliversExactlyTheTail() throws IOException {
        List<String> all = Files.readAllLines(trace("a", "--batch", 20, "--ranks", 3, "--steps", 40));
        List<String> tail = Files.readAllLines(trace("b", "--batch", 20, "--ranks", 3, "--steps", 40, "--start", 17));

        assertThat(tail).hasSize(23 * 3).isEqualTo(all.subList(17 * 3, all.size()));
    }

    @Test
    void oneRankReadsItsShareOfAll() throws IOException {
        List<String> all = Files.readAllLines(trace("a", "--batch", 20, "--ranks", 3, "--steps", 9));
        List<String> one = Files.readAllLines(trace("b", "--batch", 20, "--ranks", 3, "--steps", 9, "--rank", 1));

        assertThat(one)
                .hasSize(9)
                .isEqualTo(
                        all.stream().filter(line -> line.contains("\"rank\":1")).toList());
    }

    @Test
    void traceHasTheFormOfTheContract() throws IOException {
        String line = Files.readAllLines(trace("a", "--batch", 2, "--steps", 1)).getFirst();

        assertThat(line)
                .matches("\\{\"epoch\":0,\"step\":0,\"rank\":0,\"ids\":\\[\\d+,\\d+],\"crc32c\":\\[\\d+,\\d+],"
                        + "\"bytes\":\\d+}");
    }

    @Test
    void tracedChecksumsAreThoseOfTheBytesInTheShards() throws IOException {
        Map<Long, Long> stored = new HashMap<>();
        Map<Long, Integer> lengths = new HashMap<>();
        for (String line : CommandRun.done("index", file(shards), "--list").outLines()) {
            String[] columns = line.split("\t", -1);
            byte[] shard = Files.readAllBytes(shards.resolve(columns[1]));
            CRC32C crc32c = new CRC32C();
            crc32c.update(shard, Integer.parseInt(columns[3]), Integer.parseInt(columns[4]));
            stored.put(Long.valueOf(columns[0]), crc32c.getValue());
            lengths.put(Long.valueOf(columns[0]), Integer.valueOf(columns[4]));
        }

        List<TraceLine> lines = TraceLine.read(trace("a", "--batch", 32, "--ranks", 2));

        assertThat(lines).isNotEmpty().allSatisfy(line -> {
            assertThat(line.crc32c())
                    .isEqualTo(line.ids().stream().map(stored::get).toList());
            assertThat(line.bytes())
                    .isEqualTo(line.ids().stream().mapToLong(lengths::get).sum());
        });
        assertThat(lines.stream().flatMap(line -> line.ids().stream()))
                .containsExactlyInAnyOrderElementsOf(stored.keySet());
    }

    @Test
    void resultSaysWhatWasDoneAndWhere() throws IOException {
        Path json = directory.resolve("r.json");
        CommandRun run = CommandRun.done("read", file(shards), "--batch", 32, "--ranks", 4, "--json", json);

        ResultFile result = ResultFile.read(json);
        assertThat(run.out()).contains("samples/s", "balance", "tiers", "fed");
        assertThat(run.err()).isEmpty();
        assertThat(result.json().propertyNames()).containsExactly("bench", "params", "rows", "env");
        assertThat(result.json().get("bench").asString()).isEqualTo("read");
        assertThat(result.json().get("params").get("ranks").asInt()).isEqualTo(4);
        assertThat(result.json().get("rows").get(0).propertyNames())
                .containsExactly("metric", "value", "unit", "control", "goal", "better", "spread");
        assertThat(result.json().get("rows").get(0).get("better").asString()).isEqualTo("higher");
        assertThat(result.json().get("env").get("cpus").asInt()).isPositive();
        assertThat(result.metrics())
                .contains("samples_per_s", "mb_per_s", "fed_share", "balance_ratio", "origin_bytes", "wait_fetch_s");
        assertThat(result.value("samples")).isEqualTo(SmallDataset.FILES);
        assertThat(result.value("origin_bytes")).isPositive();
    }

    @Test
    void secondReadIsServedByTheDiskTier() throws IOException {
        Path json = directory.resolve("r.json");
        String disk = directory.resolve("tier") + ":64M";
        CommandRun.done("read", file(shards), "--block", "4K", "--disk", disk);
        CommandRun.done("read", file(shards), "--block", "4K", "--disk", disk, "--json", json);

        assertThat(ResultFile.read(json).value("origin_bytes")).isZero();
        assertThat(ResultFile.read(json).value("disk_bytes")).isPositive();
    }

    @Test
    void traceThatCannotBeWrittenFailsTheCommand() {
        CommandRun run = CommandRun.of("read", file(shards), "--trace", directory.resolve("no/such/a.jsonl"));

        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err())
                .startsWith("penstock: opening a file failed: file=")
                .hasLineCount(1);
    }

    @Test
    void resultThatCouldNotBeWrittenIsRefusedBeforeTheWork() {
        CommandRun run = CommandRun.of("read", file(shards), "--json", directory.resolve("no/such/r.json"));

        assertThat(run.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("json=", "directory=");
    }
}
