package dev.penstock.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.batch.Batch;
import dev.penstock.error.CorruptDataException;
import dev.penstock.index.DatasetIndex;
import dev.penstock.index.IndexBuilder;
import dev.penstock.index.IndexCache;
import dev.penstock.index.IndexOptions;
import dev.penstock.laws.LawDatasets;
import dev.penstock.laws.RoundRobinAssigner;
import dev.penstock.order.Remainder;
import dev.penstock.store.DirectoryStore;
import dev.penstock.store.RemoteStore;
import dev.penstock.tier.DiskTierConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a start of a run finds that an earlier one left on this host: the index, the state of shards, their blocks.
class SecondStartTest {

    @TempDir
    private Path scratch;

    private Path shards;

    /// What one start delivered and asked for.
    private record Started(Map<Long, Long> crcOfSample, long requests, LoaderCounters counters) {}

    @BeforeEach
    void pack() throws IOException {
        shards = Files.createDirectories(scratch.resolve("shards"));
        LawDatasets.pack(scratch, new DirectoryStore(shards));
    }

    private RemoteStore remote() {
        return new RemoteStore(new DirectoryStore(shards));
    }

    /// The first of the shards that have blocks.
    private Path firstShard() throws IOException {
        try (Stream<Path> files = Files.list(shards)) {
            return files.filter(file -> file.toString().endsWith(".tar"))
                    .sorted()
                    .findFirst()
                    .orElseThrow();
        }
    }

    private void touchFirstShard() throws IOException {
        Files.setLastModifiedTime(firstShard(), FileTime.from(Instant.now().plusSeconds(100)));
    }

    private Started start(RemoteStore store, String disk) {
        LoaderConfig config = LoaderConfig.builder(() -> new RoundRobinAssigner(4))
                .batchSize(8)
                .epochs(1)
                .remainder(Remainder.SHORT)
                .blockBytes(LawDatasets.BLOCK_BYTES)
                .disk(new DiskTierConfig(scratch.resolve(disk), 1 << 20))
                .build();
        Map<Long, Long> delivered = new TreeMap<>();
        try (DatasetIndex index = DatasetIndex.open(store, new IndexCache(scratch.resolve("indexes")));
                Loader loader = Loader.open(index, store, config);
                BatchIterator batches = loader.iterator()) {
            while (batches.hasNext()) {
                try (Batch batch = batches.next()) {
                    for (int sample = 0; sample < batch.sampleCount(); sample++) {
                        delivered.put(batch.sampleId(sample), batch.crc32c(sample));
                    }
                }
            }
            LoaderCounters counters = loader.counters();
            assertThat(counters.indexRequests() + counters.fetch().requests())
                    .as("every request is counted")
                    .isEqualTo(store.requests());
            return new Started(delivered, store.requests(), counters);
        }
    }

    @Test
    void aWarmHostAsksOnlyWhetherTheManifestChanged() {
        Started first = start(remote(), "disk");
        assertThat(first.requests()).isGreaterThan(10);
        Started second = start(remote(), "disk");
        assertThat(second.requests()).isEqualTo(1);
        assertThat(second.crcOfSample()).isEqualTo(first.crcOfSample());
    }

    @Test
    void aReplacedShardThatTheDiskTierHoldsIsDeliveredAsItWasIndexed() throws IOException {
        Started first = start(remote(), "disk");
        byte[] other = Files.readAllBytes(firstShard());
        other[600] ^= 1;
        Files.write(firstShard(), other);
        touchFirstShard();
        Started second = start(remote(), "disk");
        assertThat(second.crcOfSample()).isEqualTo(first.crcOfSample());
        assertThat(second.requests()).isEqualTo(1);
    }

    @Test
    void aReplacedShardThatMustBeReadIsRefusedByNameAndTheNextStartAsksAgain() throws IOException {
        Started first = start(remote(), "disk");
        touchFirstShard();
        String name = String.valueOf(firstShard().getFileName());
        assertThatThrownBy(() -> start(remote(), "empty"))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("key=" + name);
        assertThat(start(remote(), "empty").crcOfSample())
                .as("the same bytes at another time")
                .isEqualTo(first.crcOfSample());
    }

    @Test
    void theSameDatasetReachedAnotherWayFindsItsBlocks() {
        Started first = start(remote().at(URI.create("s3://bucket/set/?endpoint=http://a:1")), "disk");
        Started second = start(remote().at(URI.create("s3://bucket/set/?endpoint=http://b:2&region=x")), "disk");
        assertThat(second.counters().fetch().requests()).isZero();
        assertThat(second.crcOfSample()).isEqualTo(first.crcOfSample());
    }

    @Test
    void twoDatasetsOfTheSameNamesNeverMix() throws IOException {
        Started first = start(remote(), "disk");
        Path one = shards;
        shards = Files.createDirectories(scratch.resolve("other"));
        try (Stream<Path> files = Files.list(one)) {
            for (Path shard : files.filter(Files::isRegularFile).toList()) {
                byte[] bytes = Files.readAllBytes(shard);
                // A byte of the first sample that has any.
                bytes[512] ^= 1;
                Files.write(shards.resolve(String.valueOf(shard.getFileName())), bytes);
            }
        }
        new IndexBuilder(new DirectoryStore(shards), IndexOptions.defaults()).build(_ -> {});
        Started second = start(remote(), "disk");
        assertThat(second.counters().tiers().diskHits()).isZero();
        assertThat(second.crcOfSample()).isNotEqualTo(first.crcOfSample());
        shards = one;
        assertThat(start(remote(), "disk").crcOfSample()).isEqualTo(first.crcOfSample());
    }

    @Test
    void theSameBytesIndexedAtAnotherVersionAreReadAgain() throws IOException {
        start(remote(), "disk");
        List<Path> tars;
        try (Stream<Path> files = Files.list(shards)) {
            tars = files.filter(file -> file.toString().endsWith(".tar")).toList();
        }
        for (Path tar : tars) {
            Files.setLastModifiedTime(tar, FileTime.from(Instant.now().plusSeconds(100)));
        }
        new IndexBuilder(new DirectoryStore(shards), IndexOptions.defaults()).build(_ -> {});
        Started again = start(remote(), "disk");
        assertThat(again.counters().tiers().diskHits()).isZero();
    }
}
