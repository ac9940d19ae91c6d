package dev.penstock.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.penstock.error.CorruptDataException;
import dev.penstock.error.StoreAccessException;
import dev.penstock.format.TarBytes;
import dev.penstock.store.DirectoryStore;
import dev.penstock.store.ObjectMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DamagedIndexTest {

    @TempDir
    Path directory;

    private DirectoryStore store;
    private Path manifest;
    private Path firstIndex;

    @BeforeEach
    void buildDataset() throws IOException {
        store = new DirectoryStore(directory);
        manifest = directory.resolve("_penstock/manifest.json");
        firstIndex = directory.resolve("_penstock/0.tar.idx");
        Files.write(
                directory.resolve("0.tar"),
                new TarBytes().file("a.txt", "one").file("b.txt", "two").end());
        Files.write(
                directory.resolve("1.tar"),
                new TarBytes().file("c.txt", "three").end());
        new IndexBuilder(store, IndexOptions.defaults()).build(_ -> {});
    }

    @Test
    void everyFlippedByteOfAnIndexFileIsFound() throws IOException {
        byte[] whole = Files.readAllBytes(firstIndex);
        for (int at = 0; at < whole.length; at++) {
            byte[] flipped = whole.clone();
            flipped[at] ^= 4;
            Files.write(firstIndex, flipped);
            assertThatThrownBy(this::open)
                    .as("flipped at %d", at)
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("index=_penstock/0.tar.idx")
                    .hasMessageContaining("expected=")
                    .hasMessageContaining("found=")
                    .hasMessageContaining("index the dataset again");
        }
    }

    @Test
    void aShortenedIndexFileIsFound() throws IOException {
        byte[] whole = Files.readAllBytes(firstIndex);
        for (int length : new int[] {0, 1, 100, whole.length - 1}) {
            Files.write(firstIndex, Arrays.copyOf(whole, length));
            assertThatThrownBy(this::open)
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("checked=size");
        }
    }

    @Test
    void anIndexFileOfAnotherReleaseSaysWhatToDo() throws IOException {
        byte[] other = Files.readAllBytes(firstIndex);
        other[8] = 1;
        Files.write(firstIndex, other);
        assertThatThrownBy(this::open)
                .isInstanceOf(CorruptDataException.class)
                .hasMessage(
                        "opening a shard index failed: index=_penstock/0.tar.idx, checked=format version, expected=2,"
                                + " found=1; index the dataset again");
    }

    @Test
    void aMissingIndexFileIsFound() throws IOException {
        Files.delete(firstIndex);
        assertThatThrownBy(this::open)
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("index=_penstock/0.tar.idx");
    }

    @Test
    void anIndexFileOfAnotherShardIsFound() throws IOException {
        Files.write(firstIndex, Files.readAllBytes(directory.resolve("_penstock/1.tar.idx")));
        assertThatThrownBy(this::open)
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("index=_penstock/0.tar.idx")
                .hasMessageContaining("in the manifest");
    }

    @Test
    void aManifestThatPinsAnotherSizeIsFound() throws IOException {
        long size = Files.size(directory.resolve("0.tar"));
        Files.writeString(
                manifest, Files.readString(manifest).replace("\"sizeBytes\" : " + size, "\"sizeBytes\" : 512"));
        assertThatThrownBy(this::open)
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("shard size in the manifest")
                .hasMessageContaining("expected=512")
                .hasMessageContaining("found=" + size);
    }

    @Test
    void aMissingManifestSaysToIndexFirst() throws IOException {
        Files.delete(manifest);
        assertThatThrownBy(this::open)
                .isInstanceOf(StoreAccessException.class)
                .hasMessageContaining("penstock index " + store.root());
    }

    @Test
    void aManifestOfAnotherVersionSaysWhatWasExpected() throws IOException {
        Files.writeString(manifest, Files.readString(manifest).replace("\"version\" : 2", "\"version\" : 7"));
        assertThatThrownBy(this::open)
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("expected=penstock-dataset version 2")
                .hasMessageContaining("found=penstock-dataset version 7")
                .hasMessageContaining("index the dataset again with this release");
    }

    @Test
    void aManifestThatIsCutShortOrIncompleteIsFound() throws IOException {
        String whole = Files.readString(manifest);
        List<String> damaged = List.of(
                "",
                "[]",
                whole.substring(0, whole.length() / 2),
                whole.replace("\"overlong\" : \"REFUSE\",", ""),
                whole.replace("\"REFUSE\"", "\"MAYBE\""),
                whole.replace("\"samples\" : 2", "\"samples\" : null"));
        for (String json : damaged) {
            assertThat(json).isNotEqualTo(whole);
            Files.writeString(manifest, json);
            assertThatThrownBy(this::open)
                    .as(json)
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("key=_penstock/manifest.json");
        }
    }

    @Test
    void aShardOfAnotherSizeFailsTheCheckOfObjects() throws IOException {
        long size = Files.size(directory.resolve("0.tar"));
        try (DatasetIndex index = DatasetIndex.open(store)) {
            Files.write(directory.resolve("0.tar"), new byte[512]);
            assertThatThrownBy(() -> index.currentObjects(store))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessage("checking a shard against its index failed: shard=0.tar, expected=" + size
                            + " bytes, found=512 bytes; restore the shard, or index the dataset again");
            Files.delete(directory.resolve("0.tar"));
            assertThatThrownBy(() -> index.currentObjects(store))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("shard=0.tar");
        }
    }

    @Test
    void aTouchedShardIsNoFailureAndHasItsNewVersion() throws IOException {
        try (DatasetIndex index = DatasetIndex.open(store)) {
            Files.setLastModifiedTime(directory.resolve("1.tar"), FileTime.fromMillis(0));
            assertThat(index.currentObjects(store))
                    .extracting(ObjectMetadata::key, ObjectMetadata::version)
                    .contains(tuple("1.tar", "0"));
        }
    }

    @Test
    void aClosedIndexFailsRatherThanReadsUnmappedMemory() {
        DatasetIndex index = DatasetIndex.open(store);
        ShardIndex shard = index.shard(0);
        index.close();
        index.close();
        assertThatThrownBy(() -> shard.length(0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void verifyFindsNothingInAWholeDataset() throws IOException {
        Files.setLastModifiedTime(directory.resolve("1.tar"), FileTime.fromMillis(0));
        assertThat(verify()).isEmpty();
    }

    @Test
    void verifyNamesTheSampleOfEveryFlippedByte() throws IOException {
        byte[] shard = Files.readAllBytes(directory.resolve("0.tar"));
        shard[1536] ^= 1;
        Files.write(directory.resolve("0.tar"), shard);
        assertThat(verify())
                .allSatisfy(difference -> assertThat(difference.expected()).isNotEqualTo(difference.found()))
                .extracting(IndexDifference::shard, IndexDifference::key, IndexDifference::what)
                .containsExactly(tuple("0.tar", "b", "crc32c"), tuple("0.tar", "", "crc32c of the chunk at 0"));
    }

    @Test
    void verifyReportsEachDamagedShardAndGoesOn() throws IOException {
        Files.write(directory.resolve("0.tar"), new byte[100]);
        Files.delete(directory.resolve("1.tar"));
        Files.write(
                directory.resolve("2.tar"), new TarBytes().file("d.txt", "four").end());
        assertThat(verify())
                .extracting(IndexDifference::shard, IndexDifference::what)
                .containsExactly(
                        tuple("0.tar", "size"),
                        tuple("0.tar", "reading"),
                        tuple("1.tar", "object"),
                        tuple("2.tar", "manifest"));
    }

    private List<IndexDifference> verify() {
        List<IndexDifference> differences = new ArrayList<>();
        long count = new IndexVerifier(store, differences::add).verify(_ -> {});
        assertThat(count).isEqualTo(differences.size());
        return differences;
    }

    private void open() {
        DatasetIndex.open(store).close();
    }
}
