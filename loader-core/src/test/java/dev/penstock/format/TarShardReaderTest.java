package dev.penstock.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.penstock.batch.ElementType;
import dev.penstock.error.CorruptDataException;
import dev.penstock.format.RecordedSamples.Sample;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TarShardReaderTest {

    @TempDir
    Path directory;

    @Test
    void consecutiveMembersOfOneKeyAreOneSample() throws IOException {
        assertThat(samples(new TarBytes()
                        .file("d.0/1.jpg", "x")
                        .file("d.0/1.Seg.PNG", "y")
                        .file("d.0/2.jpg", "")
                        .end()))
                .containsExactly(
                        new Sample("d.0/1", Map.of("jpg", "x", "seg.png", "y")),
                        new Sample("d.0/2", Map.of("jpg", "")));
    }

    @Test
    void theLastExtensionSaysWhatNumbersAFieldHolds() {
        assertThat(List.of("f32", "prices.f32", "label.i64", "ids.u16", "u8", "jpg", "f32.jpg"))
                .extracting(MemberName::elementType)
                .containsExactly(
                        ElementType.FLOAT32,
                        ElementType.FLOAT32,
                        ElementType.INT64,
                        ElementType.UINT16,
                        ElementType.UINT8,
                        ElementType.UINT8,
                        ElementType.UINT8);
        assertThat(List.of("f32", "prices.f32", "seg.png", "a.b.i64"))
                .extracting(MemberName::withoutElementType)
                .containsExactly("f32", "prices", "seg.png", "a.b");
    }

    @Test
    void halfANumberIsAnError() {
        assertThatThrownBy(() -> samples(new TarBytes().file("a.f32", "1234567").end()))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContainingAll("member=a.f32", "whole elements of 4 bytes", "found=7 bytes");
    }

    @Test
    void aKeyThatComesAgainIsANewSample() throws IOException {
        assertThat(samples(new TarBytes()
                        .file("a.txt", "1")
                        .file("b.txt", "2")
                        .file("a.txt", "3")
                        .end()))
                .extracting(Sample::key)
                .containsExactly("a", "b", "a");
    }

    @Test
    void whatIsNoSampleIsSkippedAndTold() throws IOException {
        RecordedSamples recorded = RecordedSamples.ofTar(
                directory,
                new TarBytes()
                        .member("dir.d/", '5', new byte[0])
                        .header("link.txt", '2', TarBytes.octal(9))
                        .file("old.d/", "")
                        .file("__meta__/a.txt", "skip")
                        .file("__meta__", "skip")
                        .file("Makefile", "no dot")
                        .file(".hidden", "no key")
                        .file("trailing.", "no field")
                        .file("a.txt", "kept")
                        .end());
        assertThat(recorded.samples).containsExactly(new Sample("a", Map.of("txt", "kept")));
        assertThat(recorded.skipped)
                .containsExactly(
                        "dir.d/",
                        "link.txt",
                        "old.d/",
                        "__meta__/a.txt",
                        "__meta__",
                        "Makefile",
                        ".hidden",
                        "trailing.");
    }

    @Test
    void longNamesComeFromGnuAndPaxHeaders() throws IOException {
        String name = "deep/".repeat(40) + "name";
        assertThat(samples(new TarBytes()
                        .member("././@LongLink", 'L', (name + "1.txt\0").getBytes(UTF_8))
                        .file("cut", "gnu")
                        .member("pax", 'x', pax("path", name + "2.txt"))
                        .file("cut", "pax")
                        .file("after.txt", "plain")
                        .end()))
                .containsExactly(
                        new Sample(name + "1", Map.of("txt", "gnu")),
                        new Sample(name + "2", Map.of("txt", "pax")),
                        new Sample("after", Map.of("txt", "plain")));
    }

    @Test
    void sizesComeFromBase256AndPax() throws IOException {
        byte[] base256 = new byte[12];
        base256[0] = (byte) 0x80;
        base256[11] = 5;
        assertThat(samples(new TarBytes()
                        .header("a.txt", '0', base256)
                        .padded("12345".getBytes(UTF_8))
                        .member("pax", 'x', pax("size", "3"))
                        .header("b.txt", '0', TarBytes.octal(0))
                        .padded("123".getBytes(UTF_8))
                        .end()))
                .containsExactly(new Sample("a", Map.of("txt", "12345")), new Sample("b", Map.of("txt", "123")));
    }

    @Test
    void aShardCutAnywhereIsAnErrorOrAWholeNumberOfMembersThatIsCounted() throws IOException {
        byte[] archive = new TarBytes()
                .file("a.txt", "x".repeat(600))
                .file("b.txt", "y".repeat(512))
                .file("c.txt", "")
                .end();
        List<Sample> all = samples(archive);
        List<Integer> boundaries = List.of(0, 1536, 2560, 3072);
        for (int cut = 0; cut < archive.length; cut += cut % 128 == 0 ? 1 : 127) {
            byte[] shortened = Arrays.copyOf(archive, cut);
            if (cut > 0 && boundaries.contains(cut)) {
                RecordedSamples recorded = RecordedSamples.ofTar(directory, shortened);
                assertThat(recorded.samples).isEqualTo(all.subList(0, boundaries.indexOf(cut)));
                assertThat(recorded.endMarkersMissing).as("cut at %d", cut).isEqualTo(1);
            } else if (cut >= 3072 + 512) {
                assertThat(samples(shortened)).as("cut at %d", cut).isEqualTo(all);
            } else {
                assertThatThrownBy(() -> samples(shortened))
                        .as("cut at %d", cut)
                        .isInstanceOf(CorruptDataException.class)
                        .hasMessageContaining("shard=shard")
                        .hasMessageContaining("offset=")
                        .hasMessageContaining("expected=")
                        .hasMessageContaining("found=");
            }
        }
    }

    @Test
    void aFlippedHeaderByteIsFoundOrMeansNothing() throws IOException {
        byte[] archive = new TarBytes().file("a.txt", "content").end();
        List<Sample> all = samples(archive);
        int found = 0;
        for (int at = 0; at < 512; at++) {
            byte[] flipped = archive.clone();
            flipped[at] ^= 0x40;
            try {
                assertThat(samples(flipped)).as("flipped at %d", at).isEqualTo(all);
            } catch (CorruptDataException expected) {
                found++;
            }
        }
        assertThat(found)
                .as("only the byte behind the checksum's terminator means nothing")
                .isEqualTo(511);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc/a.txt", "../a.txt", "x/../../a.txt", "x/.."})
    void aMemberThatLeavesTheArchiveIsAnErrorThatNamesIt(String name) {
        assertCorrupt(new TarBytes().file(name, "x").end(), "member=" + name);
    }

    @Test
    void aFieldTwiceInASampleIsAnErrorThatNamesTheMember() {
        assertCorrupt(new TarBytes().file("d/a.txt", "x").file("d/a.TXT", "y").end(), "member=d/a.TXT", "'txt'");
    }

    @Test
    void sparseMembersAndRenamingGlobalHeadersAreErrors() {
        assertCorrupt(new TarBytes().member("a.txt", 'S', new byte[1]).end(), "sparse");
        assertCorrupt(
                new TarBytes()
                        .member("pax", 'x', pax("GNU.sparse.major", "1"))
                        .file("a.txt", "x")
                        .end(),
                "sparse");
        assertCorrupt(
                new TarBytes()
                        .member("pax", 'g', pax("path", "b.txt"))
                        .file("a.txt", "x")
                        .end(),
                "global pax header");
    }

    @Test
    void harmlessGlobalHeadersArePassedOver() throws IOException {
        assertThat(samples(new TarBytes()
                        .member("pax", 'g', pax("comment", "hello"))
                        .file("a.txt", "x")
                        .end()))
                .hasSize(1);
    }

    @Test
    void malformedPaxRecordsAreErrors() {
        for (String record : List.of("x", "9 path=a", "99 path=a.txt\n", "0 path=a.txt\n", "8 nothing\n", "-1 a=b\n")) {
            assertCorrupt(
                    new TarBytes()
                            .member("pax", 'x', record.getBytes(UTF_8))
                            .file("a.txt", "x")
                            .end(),
                    "pax record");
        }
        assertCorrupt(
                new TarBytes()
                        .member("pax", 'x', pax("size", "many"))
                        .file("a.txt", "x")
                        .end(),
                "pax size");
    }

    @Test
    void namesOutsideUtf8AndSizesOutsideNumbersAreErrors() {
        assertCorrupt(
                new TarBytes()
                        .member("pax", 'L', new byte[] {'a', (byte) 0xFF, '.', 't'})
                        .file("cut", "x")
                        .end(),
                "UTF-8");
        assertCorrupt(
                new TarBytes()
                        .header("a.txt", '0', "00000x00000\0".getBytes(UTF_8))
                        .end(),
                "a number at +124");
        byte[] huge = new byte[12];
        Arrays.fill(huge, (byte) 0xFF);
        assertCorrupt(new TarBytes().header("a.txt", '0', huge).end(), "a number at +124");
    }

    @Test
    void bytesBehindTheEndMarkerAreAnErrorRatherThanSamplesLost() {
        byte[] first = new TarBytes().file("a.txt", "x").end();
        byte[] both = new TarBytes().raw(first).file("b.txt", "y").end();
        assertCorrupt(both, "offset=2048", "behind the end of the archive");
    }

    @Test
    void aCompressedArchiveIsCalledWhatItIs() throws IOException {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
            gzip.write(new TarBytes().file("a.txt", "x").end());
        }
        assertCorrupt(compressed.toByteArray(), "an uncompressed tar", "found=GZIP");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ustar", "pax", "gnu", "v7"})
    void whateverTheSystemsTarWritesIsReadBack(String format) throws Exception {
        assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/tar")) || Files.isExecutable(Path.of("/bin/tar")),
                "SKIPPED: needs tar");
        long seed = format.hashCode();
        Random random = new Random(seed);
        Path tree = Files.createDirectories(directory.resolve("tree"));
        List<Sample> expected = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            int depth = format.equals("v7") ? 1 : 1 + random.nextInt(format.equals("ustar") ? 12 : 40);
            String key = "dir.with.dots/".repeat(depth) + "k" + i;
            byte[] content = new byte[Math.max(0, random.nextInt(4) * 512 + random.nextInt(3) - 1)];
            random.nextBytes(content);
            Path file = tree.resolve(key + ".tar.gz");
            Files.createDirectories(file.getParent());
            Files.write(file, content);
            names.add(key + ".tar.gz");
            expected.add(new Sample(key, Map.of("tar.gz", new String(content, StandardCharsets.ISO_8859_1))));
        }
        Path list = Files.write(directory.resolve("names"), names);
        Path archive = directory.resolve("made.tar");
        Process tar = new ProcessBuilder(
                        "tar",
                        "--format=" + format,
                        "-cf",
                        archive.toString(),
                        "-C",
                        tree.toString(),
                        "-T",
                        list.toString())
                .inheritIO()
                .start();
        assertThat(tar.waitFor()).isZero();
        assertThat(samples(Files.readAllBytes(archive))).as("seed %d", seed).isEqualTo(expected);
    }

    private List<Sample> samples(byte[] archive) throws IOException {
        return RecordedSamples.ofTar(directory, archive).samples;
    }

    private void assertCorrupt(byte[] archive, String... inMessage) {
        assertThatThrownBy(() -> samples(archive))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("shard=shard")
                .hasMessageContainingAll(inMessage);
    }

    private static byte[] pax(String key, String value) {
        String rest = " " + key + "=" + value + "\n";
        int length = rest.length() + 1;
        while (Integer.toString(length).length() + rest.length() != length) {
            length++;
        }
        return (length + rest).getBytes(UTF_8);
    }
}
