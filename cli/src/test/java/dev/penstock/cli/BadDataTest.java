package dev.penstock.cli;

import static dev.penstock.cli.CommandRun.file;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Data that is not what its index says ends in one line that says where, and exit code 1.
class BadDataTest {

    @TempDir
    private Path directory;

    private Path shards;
    private Path shard;

    @BeforeEach
    void pack() throws IOException {
        shards = SmallDataset.packed(directory);
        shard = shards.resolve("shard-000001.tar");
    }

    private static void assertFailed(CommandRun run, String... said) {
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err()).hasLineCount(1).startsWith("penstock: ").contains(said);
    }

    private void flipByte() throws IOException {
        String[] columns = CommandRun.done("index", file(shards), "--list")
                .out()
                .lines()
                .filter(line -> line.contains("shard-000001.tar"))
                .findFirst()
                .orElseThrow()
                .split("\t", -1);
        byte[] bytes = Files.readAllBytes(shard);
        bytes[Integer.parseInt(columns[3])] ^= 1;
        Files.write(shard, bytes);
    }

    @Test
    void flippedByteIsNamedWhenItIsRead() throws IOException {
        flipByte();

        assertFailed(
                CommandRun.of("read", file(shards), "--batch", 16),
                "shard=shard-000001.tar",
                "expected=crc32c ",
                "found=crc32c ",
                "reads=3");
    }

    @Test
    void flippedByteIsNamedByVerify() throws IOException {
        flipByte();

        CommandRun run = CommandRun.of("index", file(shards), "--verify");

        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err()).contains("shard-000001.tar f", "crc32c: expected", "differences=2");
    }

    @Test
    void shardCutShortIsRefusedBeforeReading() throws IOException {
        byte[] bytes = Files.readAllBytes(shard);
        Files.write(shard, Arrays.copyOf(bytes, bytes.length - 512));

        assertFailed(
                CommandRun.of("read", file(shards)),
                "shard=shard-000001.tar",
                "expected=" + bytes.length,
                "found=" + (bytes.length - 512));
    }

    @Test
    void shardThatIsGoneIsNamed() throws IOException {
        Files.delete(shard);

        assertFailed(CommandRun.of("read", file(shards)), "shard=shard-000001.tar");
    }

    @Test
    void missingIndexSaysHowToMakeIt() throws IOException {
        Files.delete(shards.resolve("_penstock/manifest.json"));

        assertFailed(CommandRun.of("read", file(shards)), "index the dataset first: penstock index file:");
    }

    @Test
    void indexOfAnotherShardIsRefused() throws IOException {
        Files.copy(
                shards.resolve("_penstock/shard-000000.tar.idx"),
                shards.resolve("_penstock/shard-000001.tar.idx"),
                StandardCopyOption.REPLACE_EXISTING);

        assertFailed(CommandRun.of("read", file(shards)), "expected=", "found=");
    }

    @Test
    void missingDirectoryIsNamed() {
        assertFailed(CommandRun.of("read", file(directory.resolve("nowhere"))), "nowhere");
    }

    @Test
    void tarMemberThatLeavesTheDirectoryIsRefused() throws IOException {
        byte[] tar = Files.readAllBytes(shard);
        byte[] name = "../../../e.txt\0".getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(name, 0, tar, 0, name.length);
        // The header's checksum counts itself as eight spaces.
        Arrays.fill(tar, 148, 156, (byte) ' ');
        int sum = 0;
        for (int i = 0; i < 512; i++) {
            sum += tar[i];
        }
        byte[] checksum = "%06o\0 ".formatted(sum).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(checksum, 0, tar, 148, checksum.length);
        Files.write(shard, tar);

        assertFailed(CommandRun.of("index", file(shards)), "shard=shard-000001.tar", "../../../e.txt");
    }

    @Test
    void damagedBlocksOnDiskAreCountedAndSurvived() throws IOException {
        Path tier = directory.resolve("tier");
        Path json = directory.resolve("r.json");
        CommandRun.done("read", file(shards), "--block", "4K", "--disk", tier + ":64M");
        try (var files = Files.walk(tier)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                byte[] bytes = Files.readAllBytes(file);
                for (int at = 5000; at < bytes.length; at += 4096) {
                    bytes[at] ^= 1;
                }
                Files.write(file, bytes);
            }
        }

        CommandRun run =
                CommandRun.done("read", file(shards), "--block", "4K", "--disk", tier + ":64M", "--json", json);

        assertThat(run.out()).contains("damaged blocks on disk fetched again");
        assertThat(ResultFile.read(json).value("disk_damaged_blocks")).isPositive();
        assertThat(ResultFile.read(json).value("samples")).isEqualTo(SmallDataset.FILES);
    }
}
