package dev.penstock.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.cli.Main;
import dev.penstock.pack.DatasetPacker;
import dev.penstock.pack.PackOptions;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStores;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BenchCommandsTest {

    private static final int SAMPLES = 60;

    @TempDir
    private Path scratch;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void pack() throws IOException {
        Path files = Files.createDirectory(scratch.resolve("files"));
        SplittableRandom random = new SplittableRandom(7);
        for (int file = 0; file < SAMPLES; file++) {
            byte[] bytes = new byte[1 + random.nextInt(3000)];
            random.nextBytes(bytes);
            Files.write(files.resolve("sample-%02d.bin".formatted(file)), bytes);
        }
        Files.createDirectory(shards());
        try (ObjectStore store = ObjectStores.open(shards().toUri())) {
            new DatasetPacker(store, PackOptions.defaults().withShardBytes(20_000)).pack(files, _ -> {});
        }
    }

    private Path shards() {
        return scratch.resolve("shards");
    }

    private int bench(String... arguments) {
        List<String> all = new ArrayList<>(List.of("bench"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--rounds", "1"));
        if (!arguments[0].equals("tiers")) {
            all.addAll(List.of("--uri", shards().toUri().toString()));
        }
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(all.toArray(String[]::new));
    }

    /// Runs a benchmark and returns its result file, whose form is the same for all.
    private JsonNode result(String name, String... arguments) throws IOException {
        Path file = scratch.resolve(name + ".json");
        List<String> all = new ArrayList<>(List.of(name, "--json", file.toString()));
        all.addAll(List.of(arguments));
        assertThat(bench(all.toArray(String[]::new))).as(err.toString()).isZero();
        JsonNode result = JsonMapper.shared().readTree(Files.readAllBytes(file));
        assertThat(result.path("bench").asString()).isEqualTo(name);
        assertThat(result.path("params").path("rounds").asInt()).isEqualTo(1);
        assertThat(result.path("env").path("cpus").asInt()).isPositive();
        for (JsonNode row : result.path("rows")) {
            assertThat(row.propertyNames())
                    .containsExactlyInAnyOrder("metric", "value", "unit", "control", "goal", "better", "spread");
            assertThat(row.path("value").isNumber()).as(row.toString()).isTrue();
            assertThat(row.path("spread").size()).isEqualTo(2);
        }
        assertThat(out.toString().strip().lines().toList().getLast()).startsWith(name + ": ");
        return result;
    }

    private static List<String> metrics(JsonNode result) {
        return result.path("rows")
                .valueStream()
                .map(row -> row.path("metric").asString())
                .toList();
    }

    @Test
    void feedComparesTheLoaderWithPlainCopies() throws IOException {
        JsonNode result = result("feed", "--batch", "8", "--ranks", "2", "--epochs", "1", "--threads", "2");
        assertThat(metrics(result))
                .contains(
                        "share_of_copy",
                        "samples_per_s",
                        "gb_per_s",
                        "copy_gb_per_s",
                        "gather_gb_per_s",
                        "threaded_copy_gb_per_s",
                        "cpu_s_per_gb",
                        "allocated_bytes_per_batch",
                        "peak_rss_without_control",
                        "wait_share_decode");
        assertThat(result.path("rows").path(0).path("goal").asDouble()).isEqualTo(0.5);
    }

    @Test
    void resumeComparesAFarStepWithTheFirst() throws IOException {
        assertThat(metrics(result("resume", "--batch", "8", "--starts", "2", "--step", "123456")))
                .contains("resume_ratio", "first_batch_ms");
    }

    @Test
    void epochComparesBoundariesWithOtherSteps() throws IOException {
        assertThat(metrics(result("epoch", "--batch", "8", "--epochs", "2")))
                .contains("boundary_wait_ratio", "boundary_wait_p99_us");
    }

    @Test
    void balanceComparesMethodsOnEveryWorkload() throws IOException {
        JsonNode result = result("balance", "--batches", "2", "--warm-up-ms", "0", "--iteration-ms", "0");
        assertThat(metrics(result))
                .contains(
                        "lognormal-6.6-1.2.8x64.mean_ratio",
                        "lognormal-6.6-1.2.8x64.delay.idle_share",
                        "web-files.64x512.mean_ratio",
                        "dataset.64x2048.us_per_batch");
        assertThat(result.path("methods").size()).isEqualTo(5 * 3 * 5);
        for (JsonNode method : result.path("methods")) {
            assertThat(method.path("meanRatio").asDouble()).isGreaterThanOrEqualTo(1);
        }
    }

    @Test
    void tiersComparesSharedCachesWithReplays() throws IOException {
        JsonNode result = result("tiers", "--blocks", "400", "--epochs", "2");
        assertThat(metrics(result))
                .contains("jobs1.cache50.hit_ratio", "jobs8.cache10.from_belady", "jobs4.cache10.lru_hit_ratio");
        assertThat(result.path("rows").path(1).path("goal").asDouble()).isEqualTo(0.5);
    }

    @Test
    void daemonComparesItsClientWithALoaderInTheTrainer() throws IOException {
        JsonNode result = result("daemon", "--batch", "8", "--batches", "400", "--samples", "1000");
        assertThat(metrics(result))
                .contains(
                        "handoff_ahead_p99_us",
                        "handoff_waiting_p50_us",
                        "handoff_crowded_p99_us",
                        "throughput_share",
                        "attach_to_first_batch_ms");
    }

    @Test
    void aSoakOfKilledProcessesFindsEveryBatchAsItShouldBe() throws IOException {
        JsonNode result = result("daemon", "--soak", "--kills", "5", "--jobs", "4", "--seed", "2");
        assertThat(out.toString()).contains("kill 5 at ");
        assertThat(metrics(result)).contains("leases_back_ms", "memory_files_grown", "resident_mb_grown");
    }

    @Test
    void aDamagedShardFailsBeforeAnythingIsTimed() throws IOException {
        Path shard;
        try (var files = Files.list(shards())) {
            shard = files.filter(file -> file.toString().endsWith(".tar"))
                    .findFirst()
                    .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(shard);
        bytes[512] ^= 1;
        Files.write(shard, bytes);
        Path file = scratch.resolve("feed.json");

        assertThat(bench("feed", "--batch", "8", "--json", file.toString())).isEqualTo(1);
        assertThat(err.toString())
                .contains("verifying a block failed")
                .contains(shard.getFileName().toString());
        assertThat(file).doesNotExist();
    }

    @Test
    void aBenchmarkMustBeNamed() {
        CommandLine command = Main.commandLine().setErr(new PrintWriter(err, true));
        assertThat(command.execute("bench")).isEqualTo(2);
    }
}
