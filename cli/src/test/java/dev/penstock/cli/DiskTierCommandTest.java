package dev.penstock.cli;

import static dev.penstock.cli.CommandRun.file;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskTierCommandTest {

    private static final long FRAME_BYTES = 4096 + 4096;

    @TempDir
    private static Path shared;

    private static Path shards;

    @TempDir
    private Path directory;

    @BeforeAll
    static void pack() throws IOException {
        shards = SmallDataset.packed(shared);
    }

    private CommandRun read(Path trace, String disk) {
        return CommandRun.of(
                "read",
                file(shards),
                "--steps",
                30,
                "--batch",
                16,
                "--ram",
                "32K",
                "--block",
                "4K",
                "--trace",
                trace,
                "--disk",
                disk);
    }

    private static long bytesBelow(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(path -> path.toString().endsWith(".slab"))
                    .mapToLong(path -> path.toFile().length())
                    .sum();
        }
    }

    @Test
    void tiersOfOtherNumbersOfRanksDoNotCountBesideTheBudget() throws IOException {
        Path cache = directory.resolve("cache");
        for (int rank = 0; rank < 3; rank++) {
            read(directory.resolve("t" + rank), cache.resolve("rank-" + rank) + ":64K");
        }
        assertThat(bytesBelow(cache)).isGreaterThan(2 * FRAME_BYTES);

        assertThat(read(directory.resolve("t"), cache + ":" + 2 * FRAME_BYTES).exitCode())
                .isZero();
        assertThat(bytesBelow(cache)).isLessThanOrEqualTo(2 * FRAME_BYTES);
    }

    @Test
    void aFullDiskIsSurvivedCountedAndChangesNothing() throws Exception {
        Path small = Files.createDirectory(directory.resolve("small"));
        Assumptions.assumeTrue(
                ran("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small.toString()),
                "SKIPPED: mounting a small disk needs root");
        try {
            assertThat(read(directory.resolve("a"), directory.resolve("roomy") + ":4M")
                            .exitCode())
                    .isZero();
            CommandRun full = read(directory.resolve("b"), small.resolve("tier") + ":4M");
            assertThat(full.exitCode()).isZero();
            assertThat(full.out()).contains("write failures");
            assertThat(Files.readAllLines(directory.resolve("b")))
                    .isEqualTo(Files.readAllLines(directory.resolve("a")));
        } finally {
            ran("umount", small.toString());
        }
    }

    private static boolean ran(String... command) throws Exception {
        Process process =
                new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
        process.getInputStream().readAllBytes();
        return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    }
}
