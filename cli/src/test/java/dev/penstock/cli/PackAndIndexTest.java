package dev.penstock.cli;

import static dev.penstock.cli.CommandRun.file;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackAndIndexTest {

    @TempDir
    private Path directory;

    private List<String> listing(Path shards) {
        return CommandRun.done("index", file(shards), "--list").outLines();
    }

    @Test
    void directoryBecomesShardsOfTheStatedSize() throws IOException {
        Path json = directory.resolve("p.json");
        Path shards = SmallDataset.packed(directory, "--json", json);

        assertThat(ResultFile.read(json).value("members")).isEqualTo(SmallDataset.FILES);
        assertThat(ResultFile.read(json).value("shards")).isGreaterThan(2);
        assertThat(listing(shards)).hasSize(SmallDataset.FILES);
        assertThat(shards.resolve("shard-000000.tar")).exists();
    }

    @Test
    void zipKeepsOnlyTheStatedSuffixes() throws IOException {
        Path zip = directory.resolve("a.zip");
        try (OutputStream file = Files.newOutputStream(zip);
                ZipOutputStream entries = new ZipOutputStream(file)) {
            for (String name : List.of("a/One.java", "a/two.txt", "b/Three.java")) {
                entries.putNextEntry(new ZipEntry(name));
                entries.write(name.getBytes(StandardCharsets.UTF_8));
            }
        }
        CommandRun packed = CommandRun.done("pack", zip, directory.resolve("d"), "--suffix", ".java");

        assertThat(packed.out()).contains("packed 2 files", "left out 1 files by suffix");
        assertThat(listing(directory.resolve("d")))
                .hasSize(2)
                .first()
                .asString()
                .contains("\ta/One\t", "\tjava\t");
    }

    @Test
    void jsonlBecomesASamplePerLine() throws IOException {
        Path jsonl = Files.writeString(directory.resolve("a.jsonl"), "{\"a\":1}\n[2]\n");
        CommandRun.done("pack", jsonl, directory.resolve("d"));

        assertThat(listing(directory.resolve("d"))).hasSize(2);
    }

    @Test
    void sourceThatIsMissingIsNamed() {
        CommandRun run = CommandRun.of("pack", directory.resolve("nowhere"), directory.resolve("d"));

        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err()).hasLineCount(1).contains("nowhere");
    }

    @Test
    void destinationThatHoldsShardsIsRefused() throws IOException {
        Path shards = SmallDataset.packed(directory);

        CommandRun run = CommandRun.of("pack", directory.resolve("files"), shards);

        assertThat(run.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(run.err()).contains("found=shard-000000.tar");
    }

    @Test
    void listingHasTheColumnsOfTheContract() throws IOException {
        Path shards = SmallDataset.packed(directory);

        String[] columns = listing(shards).get(7).split("\t", -1);
        byte[] shard = Files.readAllBytes(shards.resolve(columns[1]));
        byte[] listed = Arrays.copyOfRange(
                shard, Integer.parseInt(columns[3]), Integer.parseInt(columns[3]) + Integer.parseInt(columns[4]));

        assertThat(columns).hasSize(7);
        assertThat(columns[0]).isEqualTo("7");
        assertThat(columns[2]).isEqualTo("f007");
        assertThat(columns[5]).isEqualTo("txt");
        assertThat(listed).isEqualTo(Files.readAllBytes(directory.resolve("files/f007.txt")));
    }

    @Test
    void longSamplesAreSplitWhenIndexedSo() throws IOException {
        Path shards = SmallDataset.packed(directory);
        Path json = directory.resolve("i.json");

        CommandRun.done("index", file(shards), "--max-length", 100, "--overlong", "split", "--json", json);

        assertThat(ResultFile.read(json).value("samples_split")).isPositive();
        assertThat(listing(shards)).hasSize((int) ResultFile.read(json).value("samples"));
        assertThat(CommandRun.done("index", file(shards), "--verify").out()).contains("verified");
    }

    @Test
    void secondIndexingKeepsWhatHolds() throws IOException {
        Path shards = SmallDataset.packed(directory);
        Path json = directory.resolve("i.json");

        CommandRun.done("index", file(shards), "--json", json);

        assertThat(ResultFile.read(json).value("shards_built")).isZero();
        assertThat(ResultFile.read(json).value("shards_kept")).isPositive();
    }

    @Test
    void rawTokensAreCutIntoWindows() throws IOException {
        Path shards = Files.createDirectories(directory.resolve("tokens"));
        Files.write(shards.resolve("a.bin"), new byte[2 * 25]);

        CommandRun.done("index", file(shards), "--tokens", "uint16,window=10");

        assertThat(listing(shards)).hasSize(3).last().asString().contains("\t40\t10\ttokens\t");
    }

    @Test
    void lengthFieldDecidesTheCost() throws IOException {
        Path files = Files.createDirectories(directory.resolve("files"));
        Files.writeString(files.resolve("a.txt"), "1234");
        Files.writeString(files.resolve("a.cls"), "1");

        CommandRun.done("pack", files, directory.resolve("d"), "--length-field", "txt");

        CommandRun plan = CommandRun.done("plan", directory.resolve("d"), "--batch", 1);
        assertThat(plan.out()).contains("longest 4");
    }
}
