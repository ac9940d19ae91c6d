package dev.penstock.bench.servers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.cli.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.json.JsonMapper;

/// A dataset packed onto a server and read back from it by the commands a user types; a subclass says which server.
///
/// The digests compared are those of the source files on one side and of the slots, as `penstock read --trace` sums
/// them, on the other: index, store and tiers lie between and have no say.
abstract class ServedDatasetTests {

    private static final JsonMapper JSON = new JsonMapper();
    private static final int SAMPLES = 60;

    /// Larger than a block of 8 MiB, so that whole blocks and the ends of objects are read.
    private static final String SHARD_SIZE = "20M";

    @TempDir
    private Path scratch;

    private Path source;

    /// Where the dataset is packed; empty at the start of each test.
    protected abstract URI destination();

    /// Where it is then read; the same place, unless writing and reading go by different ways.
    protected URI origin() {
        return destination();
    }

    /// A line of a trace, as its readers see it.
    record TraceLine(long epoch, long step, int rank, List<Long> ids, List<Long> crc32c, long bytes) {}

    @BeforeEach
    void packAndVerify() throws IOException {
        source = Files.createDirectory(scratch.resolve("source"));
        Random random = new Random(20_261_121);
        for (int i = 0; i < SAMPLES; i++) {
            // Up to 2 MiB, most of them much shorter: 35 MB in all.
            byte[] bytes = new byte[i % 2 == 0 ? 1 << 20 : random.nextInt(1 << random.nextInt(1, 22))];
            random.nextBytes(bytes);
            Files.write(source.resolve("%03d.bin".formatted(i)), bytes);
        }
        done("pack", source, destination(), "--shard-size", SHARD_SIZE);
        done("index", destination(), "--verify");
    }

    @Test
    void bytesDeliveredEqualBytesOfTheSource() throws IOException {
        assertDelivered(read("first"));
    }

    @Test
    void bytesDeliveredThroughTheDiskTierAreTheSameColdAndWarm() throws IOException {
        String disk = scratch.resolve("cache") + ":1G";
        List<TraceLine> cold = read("cold", "--disk", disk, "--ram", "32M");
        assertDelivered(cold);
        assertThat(read("warm", "--disk", disk, "--ram", "32M")).isEqualTo(cold);
    }

    private List<TraceLine> read(String name, Object... options) throws IOException {
        Path trace = scratch.resolve(name + ".jsonl");
        Object[] fixed = {"read", origin(), "--epochs", 2, "--batch", 7, "--ranks", 2, "--trace", trace};
        done(Stream.concat(Stream.of(fixed), Stream.of(options)).toArray());
        return Files.readAllLines(trace).stream()
                .map(line -> JSON.readValue(line, TraceLine.class))
                .toList();
    }

    private void assertDelivered(List<TraceLine> trace) throws IOException {
        Map<Long, String> keys = keysOfSamples();
        assertThat(keys).hasSize(SAMPLES);
        Map<String, Integer> deliveries = new HashMap<>();
        for (TraceLine line : trace) {
            for (int i = 0; i < line.ids().size(); i++) {
                String key = keys.get(line.ids().get(i));
                deliveries.merge(key, 1, Integer::sum);
                assertThat(line.crc32c().get(i))
                        .as("epoch %d, step %d, sample %s", line.epoch(), line.step(), key)
                        .isEqualTo(crc32c(source.resolve(key + ".bin")));
            }
        }
        assertThat(deliveries)
                .hasSize(SAMPLES)
                .allSatisfy((_, count) -> assertThat(count).isEqualTo(2));
    }

    private Map<Long, String> keysOfSamples() {
        Map<Long, String> keys = new HashMap<>();
        done("index", origin(), "--list").lines().forEach(line -> {
            String[] columns = line.split("\t", -1);
            keys.put(Long.valueOf(columns[0]), columns[2]);
        });
        return keys;
    }

    private static long crc32c(Path file) throws IOException {
        CRC32C sum = new CRC32C();
        sum.update(Files.readAllBytes(file));
        return sum.getValue();
    }

    /// Runs a command that must succeed, and returns what it printed.
    private static String done(Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(out));
        command.setErr(new PrintWriter(err));
        int exitCode = command.execute(Stream.of(arguments).map(String::valueOf).toArray(String[]::new));
        assertThat(exitCode).as("%s: %s", List.of(arguments), err).isZero();
        return out.toString();
    }
}
