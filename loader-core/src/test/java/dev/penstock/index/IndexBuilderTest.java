package dev.penstock.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.batch.ElementType;
import dev.penstock.batch.Field;
import dev.penstock.error.ConfigurationException;
import dev.penstock.format.TarBytes;
import dev.penstock.format.TokenFormat;
import dev.penstock.store.DirectoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexBuilderTest {

    @TempDir
    Path directory;

    private DirectoryStore store;

    @BeforeEach
    void openStore() {
        store = new DirectoryStore(directory);
    }

    @Test
    void splitMakesConsecutivePiecesWithChecksumsOfTheirOwn() throws IOException {
        byte[] archive = new TarBytes()
                .file("a.txt", "0123456789")
                .file("b.txt", "0123")
                .file("c.txt", "")
                .end();
        write("0.tar", archive);
        IndexReport report = build(IndexOptions.defaults().withMaxLength(4, Overlong.SPLIT));
        assertThat(report.counters()).isEqualTo(new IndexCounters(1, 3, 0, 0, 0, 0));
        try (DatasetIndex index = DatasetIndex.open(store)) {
            ShardIndex shard = index.shard(0);
            assertThat(keys(shard)).containsExactly("a#0", "a#1", "a#2", "b", "c");
            assertThat(lengths(shard)).containsExactly(4, 4, 2, 4, 0);
            assertThat(shard.offset(1, 0)).isEqualTo(shard.offset(0, 0) + 4);
            for (int sample = 0; sample < shard.sampleCount(); sample++) {
                CRC32C crc = new CRC32C();
                crc.update(archive, (int) shard.offset(sample, 0), shard.storedBytes(sample, 0));
                assertThat(shard.crc32c(sample, 0)).isEqualTo((int) crc.getValue());
            }
            assertThat(index.overlong()).isEqualTo(Overlong.SPLIT);
            assertThat(index.maxLength()).isEqualTo(4);
        }
    }

    @Test
    void truncateKeepsTheBeginning() throws IOException {
        byte[] archive =
                new TarBytes().file("a.txt", "0123456789").file("b.txt", "01").end();
        write("0.tar", archive);
        IndexReport report = build(IndexOptions.defaults().withMaxLength(4, Overlong.TRUNCATE));
        assertThat(report.counters()).isEqualTo(new IndexCounters(0, 0, 1, 0, 0, 0));
        try (DatasetIndex index = DatasetIndex.open(store)) {
            ShardIndex shard = index.shard(0);
            assertThat(keys(shard)).containsExactly("a", "b");
            assertThat(lengths(shard)).containsExactly(4, 2);
            CRC32C crc = new CRC32C();
            crc.update(archive, (int) shard.offset(0, 0), 4);
            assertThat(shard.crc32c(0, 0)).isEqualTo((int) crc.getValue());
        }
    }

    @Test
    void dropLeavesOutAndCounts() throws IOException {
        write(
                "0.tar",
                new TarBytes().file("a.txt", "0123456789").file("b.txt", "01").end());
        IndexReport report = build(IndexOptions.defaults().withMaxLength(4, Overlong.DROP));
        assertThat(report.counters()).isEqualTo(new IndexCounters(0, 0, 0, 1, 0, 0));
        assertThat(report.samples()).isEqualTo(1);
    }

    @Test
    void refuseNamesTheSample() throws IOException {
        write("0.tar", new TarBytes().file("a.txt", "0123456789").end());
        assertThatThrownBy(() -> build(IndexOptions.defaults().withMaxLength(4, Overlong.REFUSE)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("indexing a sample failed: length=10, maxLength=4, shard=0.tar, key=a;"
                        + " raise the maximum, or choose split, truncate or drop");
    }

    @Test
    void onlyASingleFieldCanBeCut() throws IOException {
        IndexOptions split = IndexOptions.defaults().withMaxLength(4, Overlong.SPLIT);
        write("0.tar", new TarBytes().file("a.txt", "x").file("a.cls", "y").end());
        assertThatThrownBy(() -> build(split))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("[txt, cls]");
        write("0.tar", new TarBytes().file("a.txt", "x").end());
        write("1.tar", new TarBytes().file("a.cls", "x").end());
        assertThatThrownBy(() -> build(split))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("[cls, txt]");
    }

    @Test
    void theLengthFieldAloneIsTheCost() throws IOException {
        write("0.tar", new TarBytes().file("a.txt", "12345").file("a.cls", "1").end());
        build(IndexOptions.defaults().withLengthField("cls"));
        try (DatasetIndex index = DatasetIndex.open(store)) {
            assertThat(index.shard(0).length(0)).isEqualTo(1);
        }
        assertThatThrownBy(() -> build(IndexOptions.defaults().withLengthField("jpg")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("lengthField=jpg")
                .hasMessageContaining("key=a");
    }

    @Test
    void tokenLengthsCountTokensAndShardsOfOtherFormatsMix() throws IOException {
        write("0.tar", new TarBytes().file("a.txt", "12345").end());
        write("1.bin", new byte[2 * 10]);
        build(IndexOptions.defaults().withTokens(TokenFormat.parse("uint16,window=8")));
        try (DatasetIndex index = DatasetIndex.open(store)) {
            assertThat(index.fields())
                    .containsExactly(new Field("tokens", ElementType.UINT16), new Field("txt", ElementType.UINT8));
            assertThat(lengths(index.shard(1))).containsExactly(8, 2);
            assertThat(index.shard(1).storedBytes(0, 0)).isEqualTo(16);
            assertThat(index.shard(1).has(0, 1)).isFalse();
        }
    }

    @Test
    void fieldsOfOneNameAndTwoTypesAreRefused() throws IOException {
        write("0.tar", new TarBytes().file("a.tokens", "12345").end());
        write("1.bin", new byte[2]);
        IndexOptions options = IndexOptions.defaults().withTokens(TokenFormat.parse("uint16,window=8"));
        assertThatThrownBy(() -> build(options))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("shard=1.bin");
    }

    @Test
    void aRunThatFoundEverythingInPlaceReadsNoShard() throws IOException {
        write("0.tar", new TarBytes().file("a.txt", "x").end());
        write("1.tar", new TarBytes().file("b.txt", "y").end());
        build(IndexOptions.defaults());
        AtomicLong bytesRead = new AtomicLong();
        IndexReport report = new IndexBuilder(store, IndexOptions.defaults()).build(bytesRead::addAndGet);
        assertThat(report.shardsKept()).isEqualTo(2);
        assertThat(bytesRead).hasValue(0);
    }

    @Test
    void whatChangedIsIndexedAgainAndNothingElse() throws IOException {
        write("0.tar", new TarBytes().file("a.txt", "x").end());
        write("1.tar", new TarBytes().file("b.txt", "y").end());
        build(IndexOptions.defaults());
        write("1.tar", new TarBytes().file("b.txt", "z").end());
        Files.setLastModifiedTime(directory.resolve("1.tar"), FileTime.fromMillis(0));
        assertThat(build(IndexOptions.defaults()))
                .extracting(IndexReport::shardsBuilt)
                .isEqualTo(1);

        Path index = directory.resolve("_penstock/0.tar.idx");
        byte[] damaged = Files.readAllBytes(index);
        damaged[200] ^= 1;
        Files.write(index, damaged);
        assertThat(build(IndexOptions.defaults()))
                .extracting(IndexReport::shardsBuilt)
                .isEqualTo(1);

        IndexOptions others = IndexOptions.defaults().withMaxLength(9, Overlong.DROP);
        assertThat(build(others)).extracting(IndexReport::shardsBuilt).isEqualTo(2);
    }

    @Test
    void theDigestIsOfTheContentAndNotOfThePlace() throws IOException {
        write("0.tar", new TarBytes().file("a.txt", "x").end());
        build(IndexOptions.defaults());
        String digest = digest();
        Files.setLastModifiedTime(directory.resolve("0.tar"), FileTime.fromMillis(0));
        build(IndexOptions.defaults());
        assertThat(digest()).isEqualTo(digest);
        write("0.tar", new TarBytes().file("a.txt", "y").end());
        build(IndexOptions.defaults());
        assertThat(digest()).isNotEqualTo(digest);
    }

    @Test
    void membersLargerThanAReadBlockHaveTheRightChecksum() throws IOException {
        byte[] large = new byte[(17 << 20) + 5];
        new Random(1).nextBytes(large);
        write("0.tar", new TarBytes().file("s.txt", "x").file("l.bin", large).end());
        build(IndexOptions.defaults());
        CRC32C crc = new CRC32C();
        crc.update(large);
        try (DatasetIndex index = DatasetIndex.open(store)) {
            assertThat(index.shard(0).crc32c(1, 0)).isEqualTo((int) crc.getValue());
        }
    }

    @Test
    void nothingToIndexIsAnErrorThatCountsWhatIsThere() throws IOException {
        write("tokens.bin", new byte[4]);
        write("readme.md", new byte[4]);
        assertThatThrownBy(() -> build(IndexOptions.defaults()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("found=2 other objects");
    }

    @Test
    void otherObjectsAreCounted() throws IOException {
        write("0.tar", new TarBytes().file("a.txt", "x").end());
        write("readme.md", new byte[4]);
        assertThat(build(IndexOptions.defaults()).objectsIgnored()).isEqualTo(1);
    }

    @Test
    void compressedTarsAreRefused() throws IOException {
        write("0.tar.gz", new byte[4]);
        assertThatThrownBy(() -> build(IndexOptions.defaults()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("shard=0.tar.gz")
                .hasMessageContaining("decompress");
    }

    @Test
    void nonsenseOptionsAreRefused() {
        assertThatThrownBy(() -> IndexOptions.defaults().withMaxLength(0, Overlong.DROP))
                .isInstanceOf(ConfigurationException.class);
        assertThatThrownBy(() -> IndexOptions.defaults().withLengthField(" "))
                .isInstanceOf(ConfigurationException.class);
    }

    private void write(String key, byte[] bytes) throws IOException {
        Files.write(directory.resolve(key), bytes);
    }

    private IndexReport build(IndexOptions options) {
        return new IndexBuilder(store, options).build(_ -> {});
    }

    private String digest() {
        try (DatasetIndex index = DatasetIndex.open(store)) {
            return index.digest();
        }
    }

    private static String[] keys(ShardIndex shard) {
        String[] keys = new String[shard.sampleCount()];
        Arrays.setAll(keys, shard::key);
        return keys;
    }

    private static int[] lengths(ShardIndex shard) {
        int[] lengths = new int[shard.sampleCount()];
        Arrays.setAll(lengths, shard::length);
        return lengths;
    }
}
