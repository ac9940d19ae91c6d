package dev.penstock.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.batch.ElementType;
import dev.penstock.batch.Field;
import dev.penstock.format.TarBytes;
import dev.penstock.store.DirectoryStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetIndexTest {

    @TempDir
    Path directory;

    @Test
    void everyStoredFieldIsFoundAtItsOffsetWithItsChecksum() throws IOException {
        byte[] first = new TarBytes()
                .file("a/1.txt", "one")
                .file("a/1.cls", "7")
                .file("a/2.txt", "two two")
                .end();
        byte[] second = new TarBytes().file("b.txt", "").file("c.txt", "three").end();
        Files.write(directory.resolve("00.tar"), first);
        Files.write(directory.resolve("01.tar"), second);
        DirectoryStore store = new DirectoryStore(directory);

        IndexReport report = new IndexBuilder(store, IndexOptions.defaults()).build(_ -> {});

        assertThat(report).isEqualTo(new IndexReport(4, 2, 0, 0, IndexCounters.NONE));
        try (DatasetIndex index = DatasetIndex.open(store)) {
            assertThat(index.fields())
                    .isEqualTo(List.of(new Field("cls", ElementType.UINT8), new Field("txt", ElementType.UINT8)));
            assertThat(index.sampleCount()).isEqualTo(4);
            assertThat(new long[] {index.firstSample(0), index.firstSample(1), index.firstSample(2)})
                    .containsExactly(0, 2, 4);
            assertThat(new int[] {index.shardOf(0), index.shardOf(1), index.shardOf(2), index.shardOf(3)})
                    .containsExactly(0, 0, 1, 1);
            assertStored(first, index.shard(0), 0, 1, "one");
            assertStored(first, index.shard(0), 0, 0, "7");
            assertStored(first, index.shard(0), 1, 1, "two two");
            assertStored(second, index.shard(1), 1, 1, "three");
            assertThat(index.shard(0).has(1, 0)).isFalse();
            assertThat(index.shard(0).storedBytes(1, 0)).isZero();
            assertThat(index.shard(1).has(0, 1)).isTrue();
            assertThat(index.shard(1).has(0, 0)).isFalse();
            assertThat(index.shard(0).key(0)).isEqualTo("a/1");
            assertThat(index.shard(1).key(1)).isEqualTo("c");
            assertThat(index.shard(0).length(0)).isEqualTo(4);
            assertThat(index.longestLength()).isEqualTo(7);
            assertThat(index.currentObjects(store))
                    .first()
                    .isEqualTo(index.shard(0).object());
        }
    }

    private static void assertStored(byte[] shard, ShardIndex index, int sample, int field, String expected) {
        int offset = (int) index.offset(sample, field);
        byte[] stored = Arrays.copyOfRange(shard, offset, offset + index.storedBytes(sample, field));
        CRC32C crc = new CRC32C();
        crc.update(stored);
        assertThat(new String(stored, StandardCharsets.UTF_8)).isEqualTo(expected);
        assertThat(index.crc32c(sample, field)).isEqualTo((int) crc.getValue());
    }
}
