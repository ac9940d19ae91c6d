package dev.penstock.index;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.penstock.batch.ElementType;
import dev.penstock.batch.Field;
import dev.penstock.store.DirectoryStore;
import dev.penstock.store.ObjectMetadata;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexScaleTest {

    private static final Field TOKENS = new Field("tokens", ElementType.UINT16);

    @TempDir
    Path directory;

    @Test
    void aMillionSamplesCostNoHeapWhenOpenedAndWalked() {
        int samples = 1_000_000;
        DirectoryStore store = new DirectoryStore(directory);
        store(store, List.of(samples));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        DatasetIndex.open(store).close();

        long before = threads.getCurrentThreadAllocatedBytes();
        long sum = 0;
        try (DatasetIndex index = DatasetIndex.open(store)) {
            ShardIndex shard = index.shard(index.shardOf(samples - 1));
            for (int s = 0; s < samples; s++) {
                sum += shard.length(s) + shard.offset(s, 0) + shard.storedBytes(s, 0) + shard.crc32c(s, 0);
            }
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;

        assertThat(sum).isEqualTo(5L * samples * (samples - 1) / 2);
        assertThat(allocated).as("bytes of heap for %d samples", samples).isLessThan(samples);
    }

    @Test
    void everySampleIsFoundInItsShardAlsoAmongEmptyOnes() {
        long seed = 11;
        Random random = new Random(seed);
        List<Integer> counts = new ArrayList<>();
        for (int s = 0; s < 40; s++) {
            counts.add(random.nextInt(3) == 0 ? random.nextInt(20) : 0);
        }
        DirectoryStore store = new DirectoryStore(directory);
        store(store, counts);
        try (DatasetIndex index = DatasetIndex.open(store)) {
            long sample = 0;
            for (int shard = 0; shard < counts.size(); shard++) {
                assertThat(index.firstSample(shard)).isEqualTo(sample);
                for (int s = 0; s < counts.get(shard); s++) {
                    assertThat(index.shardOf(sample))
                            .as("sample %d, seed %d", sample, seed)
                            .isEqualTo(shard);
                    sample++;
                }
            }
            assertThat(index.sampleCount()).isEqualTo(sample);
        }
    }

    /// Stores an index in which sample `s` has length `s`, offset `2s`, `s` bytes and checksum `s`; there are no
    /// shards.
    private static void store(DirectoryStore store, List<Integer> sampleCounts) {
        List<Manifest.Shard> listed = new ArrayList<>();
        for (int shard = 0; shard < sampleCounts.size(); shard++) {
            try (Arena arena = Arena.ofShared()) {
                ObjectMetadata object = new ObjectMetadata(String.format("%04d.bin", shard), 1, "");
                IndexColumns columns = new IndexColumns(arena, object.key());
                for (int s = 0; s < sampleCounts.get(shard); s++) {
                    columns.add("", s, List.of(new FieldValue(TOKENS, 2L * s, s, s)));
                }
                ChunkChecksums chunks = new ChunkChecksums(arena);
                chunks.add(arena.allocate(object.sizeBytes()));
                MemorySegment file = IndexImage.assemble(
                        object, IndexOptions.defaults(), columns, chunks.end(), IndexCounters.NONE, arena);
                IndexImage.store(file, store, Manifest.indexKey(object.key()));
                IndexHeader header = IndexHeader.decode(file);
                listed.add(Manifest.Shard.of(header, file));
            }
        }
        Manifest.of(IndexOptions.defaults(), List.of(TOKENS), 0, listed).write(store);
    }
}
