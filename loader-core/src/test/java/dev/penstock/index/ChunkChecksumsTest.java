package dev.penstock.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.format.TarBytes;
import dev.penstock.store.DirectoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChunkChecksumsTest {

    @TempDir
    Path directory;

    /// More than the 8 MiB that indexing reads at a time.
    private byte[] indexedShard(DirectoryStore store) throws IOException {
        byte[] large = new byte[(8 << 20) + 100_001];
        new Random(5).nextBytes(large);
        byte[] shard = new TarBytes().file("a.bin", large).file("b.txt", "end").end();
        Files.write(directory.resolve("0.tar"), shard);
        new IndexBuilder(store, IndexOptions.defaults()).build(bytes -> {});
        return shard;
    }

    @Test
    void everyStoredByteIsInTheChecksumOfItsChunk() throws IOException {
        try (DirectoryStore store = new DirectoryStore(directory)) {
            byte[] shard = indexedShard(store);
            try (DatasetIndex index = DatasetIndex.open(store)) {
                ShardIndex found = index.shard(0);
                assertThat(found.chunkCount()).isEqualTo(Math.ceilDiv(shard.length, ShardIndex.CHUNK_BYTES));
                for (int chunk = 0; chunk < found.chunkCount(); chunk++) {
                    int from = chunk * ShardIndex.CHUNK_BYTES;
                    CRC32C crc = new CRC32C();
                    crc.update(shard, from, Math.min(ShardIndex.CHUNK_BYTES, shard.length - from));
                    assertThat(found.chunkCrc32c(chunk)).as("chunk %d", chunk).isEqualTo((int) crc.getValue());
                }
            }
        }
    }

    @Test
    void verifyFindsAFlippedByteThatNoSampleCovers() throws IOException {
        try (DirectoryStore store = new DirectoryStore(directory)) {
            byte[] shard = indexedShard(store);
            int padding = 512 + (8 << 20) + 100_001 + 3;
            assertThat(shard[padding]).isZero();
            shard[padding] = 1;
            Files.write(directory.resolve("0.tar"), shard);
            List<IndexDifference> differences = new ArrayList<>();
            new IndexVerifier(store, differences::add).verify(bytes -> {});
            assertThat(differences).singleElement().satisfies(difference -> {
                assertThat(difference.shard()).isEqualTo("0.tar");
                assertThat(difference.what())
                        .isEqualTo(
                                "crc32c of the chunk at " + padding / ShardIndex.CHUNK_BYTES * ShardIndex.CHUNK_BYTES);
            });
        }
    }

    @Test
    void aDamagedSampleDoesNotHideDamageThatNoSampleCovers() throws IOException {
        try (DirectoryStore store = new DirectoryStore(directory)) {
            byte[] shard = indexedShard(store);
            int sampleByte = 512 + 5;
            int padding = 512 + (8 << 20) + 100_001 + 3;
            shard[sampleByte] ^= 1;
            shard[padding] = 1;
            Files.write(directory.resolve("0.tar"), shard);
            List<IndexDifference> differences = new ArrayList<>();
            new IndexVerifier(store, differences::add).verify(bytes -> {});
            assertThat(differences)
                    .extracting(IndexDifference::what)
                    .containsExactly(
                            "crc32c",
                            "crc32c of the chunk at 0",
                            "crc32c of the chunk at " + padding / ShardIndex.CHUNK_BYTES * ShardIndex.CHUNK_BYTES);
        }
    }

    @Test
    void neighbouringChunksThatDifferAreOneDifference() throws IOException {
        try (DirectoryStore store = new DirectoryStore(directory)) {
            byte[] shard = indexedShard(store);
            for (int at = 3 * ShardIndex.CHUNK_BYTES; at < 7 * ShardIndex.CHUNK_BYTES; at += 1000) {
                shard[at] ^= 1;
            }
            Files.write(directory.resolve("0.tar"), shard);
            List<IndexDifference> differences = new ArrayList<>();
            new IndexVerifier(store, differences::add).verify(bytes -> {});
            assertThat(differences)
                    .extracting(IndexDifference::what)
                    .containsExactly("crc32c", "crc32c of 4 chunks from " + 3 * ShardIndex.CHUNK_BYTES);
        }
    }
}
