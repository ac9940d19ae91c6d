package dev.penstock.pack;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.penstock.batch.Field;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.CorruptDataException;
import dev.penstock.error.StoreAccessException;
import dev.penstock.index.DatasetIndex;
import dev.penstock.index.ShardIndex;
import dev.penstock.store.DirectoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetPackerTest {

    @TempDir
    Path temporary;

    private Path source;
    private Path destination;

    @BeforeEach
    void createDirectories() throws IOException {
        source = Files.createDirectory(temporary.resolve("source"));
        destination = Files.createDirectory(temporary.resolve("destination"));
    }

    @Test
    void everyFileIsDeliveredAsItWas() throws IOException {
        long seed = 5;
        Random random = new Random(seed);
        Map<String, String> expected = new TreeMap<>();
        for (int i = 0; i < 200; i++) {
            String name = "d" + random.nextInt(5) + "/" + "long".repeat(random.nextInt(60)) + i
                    + (i % 2 == 0 ? ".Java" : ".é");
            byte[] content = new byte[random.nextInt(3000)];
            random.nextBytes(content);
            file(name, content);
            int dot = name.indexOf('.');
            expected.put(
                    name.substring(0, dot) + " " + name.substring(dot + 1).toLowerCase(Locale.ROOT),
                    Arrays.toString(content));
        }
        PackReport report = pack(source, PackOptions.defaults().withShardBytes(50_000));
        assertThat(report.members()).isEqualTo(200);
        assertThat(report.shards()).isGreaterThan(3);
        assertThat(report.index().samples()).isEqualTo(200);
        assertThat(stored()).as("seed %d", seed).isEqualTo(expected);
    }

    @Test
    void theSameInputGivesTheSameBytes() throws IOException {
        for (int i = 0; i < 30; i++) {
            file("d" + i % 3 + "/" + i + ".txt", ("content " + i).getBytes(UTF_8));
        }
        pack(source, PackOptions.defaults().withShardBytes(8192));
        Path first = destination;
        destination = Files.createDirectory(temporary.resolve("second"));
        Files.setLastModifiedTime(source.resolve("d0/0.txt"), FileTime.fromMillis(0));
        PackReport report = pack(source, PackOptions.defaults().withShardBytes(8192));
        assertThat(report.shards()).isGreaterThan(1);
        for (int shard = 0; shard < report.shards(); shard++) {
            String name = String.format("shard-%06d.tar", shard);
            assertThat(Files.mismatch(first.resolve(name), destination.resolve(name)))
                    .isEqualTo(-1);
        }
    }

    @Test
    void filesWithoutKeyOrExtensionAreNamedSoThatNoneIsLost() throws IOException {
        for (String name : List.of(
                "Makefile", "end.", ".gitignore", "d/.travis.yml", "__meta__/a.txt", "package-info.java", "x.tar.gz")) {
            file(name, name.getBytes(UTF_8));
        }
        PackReport report = pack(source, PackOptions.defaults());
        assertThat(report.index().samples()).isEqualTo(7);
        assertThat(report.index().counters().membersSkipped()).isZero();
        assertThat(stored().keySet())
                .containsExactlyInAnyOrder(
                        "Makefile bin",
                        "end bin",
                        "_gitignore bin",
                        "d/_travis yml",
                        "./__meta__/a txt",
                        "package-info java",
                        "x tar.gz");
    }

    @Test
    void membersOfOneSampleStayTogetherAndInOneShard() throws IOException {
        for (String name : List.of("a.cls", "a-b.txt", "a.txt", "a!.txt", "b.cls", "b.txt")) {
            file(name, new byte[600]);
        }
        PackReport report = pack(source, PackOptions.defaults().withShardBytes(1));
        assertThat(report.index().samples()).isEqualTo(4);
        assertThat(report.shards()).isEqualTo(4);
    }

    @Test
    void twoFilesForOnePlaceAreAnErrorThatNamesBoth() throws IOException {
        file("d/Makefile", new byte[1]);
        file("d/Makefile.bin", new byte[1]);
        assertThatThrownBy(() -> pack(source, PackOptions.defaults()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("d/Makefile,")
                .hasMessageContaining("d/Makefile.bin");
    }

    @Test
    void onlyWantedSuffixesArePackedAndTheOthersCounted() throws IOException {
        file("a.java", new byte[1]);
        file("b.html", new byte[1]);
        PackReport report = pack(source, PackOptions.defaults().withSuffixes(".java"));
        assertThat(report.members()).isEqualTo(1);
        assertThat(report.filteredOut()).isEqualTo(1);
        destination = Files.createDirectory(temporary.resolve("second"));
        assertThatThrownBy(() -> pack(source, PackOptions.defaults().withSuffixes(".c")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("filteredOut=2");
    }

    @Test
    void symbolicLinksAreCountedAndNotFollowed() throws IOException {
        file("a.txt", new byte[1]);
        Files.createSymbolicLink(source.resolve("b.txt"), source.resolve("a.txt"));
        Files.createSymbolicLink(source.resolve("loop"), source);
        PackReport report = pack(source, PackOptions.defaults());
        assertThat(report.members()).isEqualTo(1);
        assertThat(report.notRegular()).isEqualTo(2);
    }

    @Test
    void anUnreadableDirectoryIsAnErrorThatNamesIt() throws IOException {
        Path closed = Files.createDirectory(source.resolve("closed"));
        file("a.txt", new byte[1]);
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
        assumeTrue(!Files.isReadable(closed), "a superuser may read every directory");
        assertThatThrownBy(() -> pack(source, PackOptions.defaults()))
                .isInstanceOf(StoreAccessException.class)
                .hasMessageContaining("unreadable=" + closed);
    }

    @Test
    void aMissingSourceIsAnError() {
        assertThatThrownBy(() -> pack(temporary.resolve("nothing"), PackOptions.defaults()))
                .isInstanceOf(StoreAccessException.class)
                .hasMessageContaining("nothing");
        assertThat(destination).isEmptyDirectory();
    }

    @Test
    void aDestinationThatHoldsShardsIsRefusedAndLeftAlone() throws IOException {
        file("a.txt", new byte[1]);
        pack(source, PackOptions.defaults());
        byte[] before = Files.readAllBytes(destination.resolve("shard-000000.tar"));
        file("b.txt", new byte[1]);
        assertThatThrownBy(() -> pack(source, PackOptions.defaults()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("found=shard-000000.tar");
        assertThat(destination.resolve("shard-000000.tar")).hasBinaryContent(before);
    }

    @Test
    void zipEntriesArePackedInTheOrderOfTheirNames() throws IOException {
        Path zip = zip(Map.of("b/1.txt", "one", "a/2.txt", "two", "a/", ""));
        PackReport report = pack(zip, PackOptions.defaults());
        assertThat(report.members()).isEqualTo(2);
        assertThat(stored()).isEqualTo(Map.of("b/1 txt", text("one"), "a/2 txt", text("two")));
        try (DatasetIndex index = DatasetIndex.open(new DirectoryStore(destination))) {
            assertThat(index.shard(0).key(0)).isEqualTo("a/2");
        }
    }

    @Test
    void zipEntriesThatLeaveTheArchiveAreRefusedByName() throws IOException {
        for (String name : List.of("../a.txt", "/etc/a.txt", "x/../../a.txt")) {
            Path zip = zip(Map.of(name, "x"));
            assertThatThrownBy(() -> pack(zip, PackOptions.defaults()))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("entry=" + name);
        }
    }

    @Test
    void aFlippedByteInAZipIsFound() throws IOException {
        Path zip = temporary.resolve("stored.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            out.setLevel(0);
            out.putNextEntry(new ZipEntry("a.txt"));
            out.write("needle".getBytes(UTF_8));
        }
        byte[] bytes = Files.readAllBytes(zip);
        String text = new String(bytes, ISO_8859_1);
        bytes[text.indexOf("needle")] ^= 1;
        Files.write(zip, bytes);
        assertThatThrownBy(() -> pack(zip, PackOptions.defaults()))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("entry=a.txt")
                .hasMessageContaining("crc32");
        assertThat(destination).isEmptyDirectory();
    }

    @Test
    void whatIsNoZipIsAnError() throws IOException {
        Path file = Files.writeString(temporary.resolve("text.zip"), "not a zip");
        assertThatThrownBy(() -> pack(file, PackOptions.defaults()))
                .isInstanceOf(StoreAccessException.class)
                .hasMessageContaining("text.zip");
    }

    @Test
    void everyLineOfJsonlIsASample() throws IOException {
        Path lines = Files.writeString(temporary.resolve("lines.jsonl"), "{\"a\": 1}\n[2,  3]\r\n\"ü\"");
        assertThat(pack(lines, PackOptions.defaults()).members()).isEqualTo(3);
        assertThat(stored())
                .isEqualTo(Map.of(
                        "000000000001 json", text("{\"a\": 1}"),
                        "000000000002 json", text("[2,  3]\r"),
                        "000000000003 json", text("\"ü\"")));
    }

    @Test
    void aLineThatIsNoJsonIsAnErrorWithItsNumber() throws IOException {
        for (String bad : List.of("{\"a\": ", "", "1 2", "nothing")) {
            Path lines = Files.writeString(temporary.resolve("lines.jsonl"), "{}\n" + bad + "\n{}\n");
            assertThatThrownBy(() -> pack(lines, PackOptions.defaults()))
                    .as(bad)
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("line=2");
        }
        assertThat(destination).isEmptyDirectory();
    }

    @Test
    void aShardSizeOfNothingIsRefused() {
        assertThatThrownBy(() -> PackOptions.defaults().withShardBytes(0)).isInstanceOf(ConfigurationException.class);
    }

    private PackReport pack(Path from, PackOptions options) {
        return new DatasetPacker(new DirectoryStore(destination), options).pack(from, _ -> {});
    }

    private void file(String name, byte[] content) throws IOException {
        Path file = source.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, content);
    }

    private Path zip(Map<String, String> entries) throws IOException {
        Path zip = temporary.resolve("made.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            for (Map.Entry<String, String> entry : entries.entrySet()) {
                out.putNextEntry(new ZipEntry(entry.getKey()));
                out.write(entry.getValue().getBytes(UTF_8));
            }
        }
        return zip;
    }

    private static String text(String content) {
        return Arrays.toString(content.getBytes(UTF_8));
    }

    /// Every stored field by `"key field"`, read from the shards at the places that the index names.
    private Map<String, String> stored() throws IOException {
        Map<String, String> stored = new TreeMap<>();
        try (DatasetIndex index = DatasetIndex.open(new DirectoryStore(destination))) {
            List<Field> fields = index.fields();
            for (int s = 0; s < index.shardCount(); s++) {
                ShardIndex shard = index.shard(s);
                byte[] bytes =
                        Files.readAllBytes(destination.resolve(shard.object().key()));
                for (int sample = 0; sample < shard.sampleCount(); sample++) {
                    for (int field = 0; field < fields.size(); field++) {
                        if (shard.has(sample, field)) {
                            int offset = (int) shard.offset(sample, field);
                            stored.put(
                                    shard.key(sample) + " " + fields.get(field).name(),
                                    Arrays.toString(Arrays.copyOfRange(
                                            bytes, offset, offset + shard.storedBytes(sample, field))));
                        }
                    }
                }
            }
        }
        return stored;
    }
}
