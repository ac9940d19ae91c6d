package dev.penstock.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.batch.Field;
import dev.penstock.error.CorruptDataException;
import dev.penstock.format.TarBytes;
import dev.penstock.pack.DatasetPacker;
import dev.penstock.pack.PackOptions;
import dev.penstock.store.DirectoryStore;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.RemoteStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Indexing, verifying and opening where no object is a local file.
class RemoteIndexTest {

    private static final int SHARDS = 100;

    @TempDir
    Path directory;

    private void buildShards() throws IOException {
        for (int shard = 0; shard < SHARDS; shard++) {
            Files.write(
                    directory.resolve(String.format("%03d.tar", shard)),
                    new TarBytes().file(shard + ".txt", "text of " + shard).end());
        }
        new IndexBuilder(new DirectoryStore(directory), IndexOptions.defaults()).build(_ -> {});
    }

    private RemoteStore remote() {
        return new RemoteStore(new DirectoryStore(directory));
    }

    @Test
    void aRemoteIndexIsTheLocalOne() throws IOException {
        buildShards();
        try (DatasetIndex local = DatasetIndex.open(new DirectoryStore(directory));
                DatasetIndex remote = DatasetIndex.open(remote())) {
            assertThat(remote.digest()).isEqualTo(local.digest());
            assertThat(remote.sampleCount()).isEqualTo(SHARDS);
            for (int shard = 0; shard < SHARDS; shard++) {
                assertThat(remote.shard(shard).object()).isEqualTo(local.shard(shard).object());
                assertThat(remote.shard(shard).key(0)).isEqualTo(Integer.toString(shard));
            }
        }
    }

    @Test
    void openingAsksForEveryIndexOnceAndForNothingElse() throws IOException {
        buildShards();
        RemoteStore store = remote();
        DatasetIndex.open(store).close();
        assertThat(store.stats()).as("of the manifest").isEqualTo(1);
        assertThat(store.reads()).as("of the manifest and the indexes").isEqualTo(1 + SHARDS);
    }

    @Test
    @Timeout(30)
    void shardsAreAskedForManyAtATimeAndTheirOrderIsKept() throws IOException {
        buildShards();
        RemoteStore store = remote().answeringTogether(Concurrently.REQUESTS);
        try (DatasetIndex index = DatasetIndex.open(new DirectoryStore(directory))) {
            assertThat(index.currentObjects(store))
                    .extracting(ObjectMetadata::key)
                    .containsExactlyElementsOf(
                            index.currentObjects(new DirectoryStore(directory)).stream()
                                    .map(ObjectMetadata::key)
                                    .toList());
        }
        assertThat(store.stats()).isEqualTo(SHARDS);
        assertThat(store.mostInFlight()).isEqualTo(Concurrently.REQUESTS);
    }

    @Test
    void pinnedVersionsAreTakenWithoutARequest() throws IOException {
        buildShards();
        RemoteStore store = remote().pinning();
        try (DatasetIndex index = DatasetIndex.open(new DirectoryStore(directory))) {
            List<ObjectMetadata> objects = index.currentObjects(store);
            assertThat(objects).hasSize(SHARDS).first().isEqualTo(index.shard(0).object());
        }
        assertThat(store.requests()).isZero();
    }

    @Test
    void ofSeveralDamagedShardsTheFirstIsNamedWhateverComesFirst() throws IOException {
        buildShards();
        try (DatasetIndex index = DatasetIndex.open(new DirectoryStore(directory))) {
            Files.write(directory.resolve("031.tar"), new byte[512]);
            Files.delete(directory.resolve("032.tar"));
            Files.delete(directory.resolve("077.tar"));
            assertThatThrownBy(() -> index.currentObjects(remote().late(3, 31)))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("shard=031.tar")
                    .hasMessageContaining("found=512 bytes");
        }
    }

    @Test
    void nothingIsAskedForOnceAShardHasFailed() throws IOException {
        buildShards();
        RemoteStore store = remote();
        Files.delete(directory.resolve("_penstock/000.tar.idx"));
        assertThatThrownBy(() -> DatasetIndex.open(store))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("index=_penstock/000.tar.idx")
                .hasMessageContaining("index the dataset again");
        assertThat(store.reads()).isLessThan(SHARDS);
    }

    @Test
    void aRemoteIndexFileThatIsNotTheListedOneIsFound() throws IOException {
        buildShards();
        Path first = directory.resolve("_penstock/000.tar.idx");
        byte[] whole = Files.readAllBytes(first);
        Files.write(first, new byte[whole.length - 1]);
        assertThatThrownBy(() -> DatasetIndex.open(remote()))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("index=_penstock/000.tar.idx");
        byte[] flipped = whole.clone();
        flipped[whole.length / 2] ^= 1;
        Files.write(first, flipped);
        assertThatThrownBy(() -> DatasetIndex.open(remote()))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("index=_penstock/000.tar.idx")
                .hasMessageContaining("checked=crc32c");
        Files.write(first, Files.readAllBytes(directory.resolve("_penstock/001.tar.idx")));
        assertThatThrownBy(() -> DatasetIndex.open(remote()))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("index=_penstock/000.tar.idx")
                .hasMessageContaining("in the manifest");
    }

    @Test
    void anIndexLargerThanOneRequestIsPutTogether() throws IOException {
        Random random = new Random(5);
        TarBytes archive = new TarBytes();
        int samples = 100_000;
        for (int s = 0; s < samples; s++) {
            archive.file("a-name-of-some-length-" + s + ".txt", Integer.toString(random.nextInt()));
        }
        Files.write(directory.resolve("0.tar"), archive.end());
        new IndexBuilder(remote(), IndexOptions.defaults()).build(_ -> {});
        RemoteStore store = remote();
        try (DatasetIndex remote = DatasetIndex.open(store);
                DatasetIndex local = DatasetIndex.open(new DirectoryStore(directory))) {
            assertThat(store.reads()).isGreaterThan(2);
            assertThat(remote.digest()).isEqualTo(local.digest());
            assertThat(remote.shard(0).key(samples - 1)).isEqualTo("a-name-of-some-length-" + (samples - 1));
        }
    }

    @Test
    void packingIndexingAndVerifyingSurviveLateAndFailingRequests() throws IOException {
        long seed = 20_261_122;
        Random random = new Random(seed);
        Path source = Files.createDirectory(directory.resolve("source"));
        for (int file = 0; file < 40; file++) {
            byte[] bytes = new byte[random.nextInt(20_000)];
            random.nextBytes(bytes);
            Files.write(source.resolve(String.format("%02d.bin", file)), bytes);
        }
        Path dataset = Files.createDirectory(directory.resolve("dataset"));
        RemoteStore store = new RemoteStore(new DirectoryStore(dataset))
                .late(3, seed)
                .failing(number -> number % 5 == 2);

        new DatasetPacker(store, PackOptions.defaults().withShardBytes(60_000)).pack(source, _ -> {});
        List<IndexDifference> differences = new ArrayList<>();
        AtomicLong verifiedBytes = new AtomicLong();
        new IndexVerifier(store, differences::add).verify(verifiedBytes::addAndGet);

        assertThat(differences).as("seed %d", seed).isEmpty();
        try (DatasetIndex remote = DatasetIndex.open(store);
                DatasetIndex local = DatasetIndex.open(new DirectoryStore(dataset))) {
            assertThat(remote.digest()).as("seed %d", seed).isEqualTo(local.digest());
            assertThat(remote.sampleCount()).isEqualTo(40);
            assertThat(remote.fields()).extracting(Field::name).containsExactly("bin");
            long shardBytes = remote.currentObjects(store).stream()
                    .mapToLong(ObjectMetadata::sizeBytes)
                    .sum();
            assertThat(verifiedBytes).hasValue(shardBytes);
        }
        assertThat(store.requests()).isGreaterThan(20);
    }

    @Test
    void indexingAgainReadsNoShardThatIsIndexed() throws IOException {
        buildShards();
        Files.delete(directory.resolve("_penstock/050.tar.idx"));
        Files.delete(directory.resolve("_penstock/manifest.json"));
        RemoteStore store = remote().failing(number -> number % 7 == 3);
        IndexReport report = new IndexBuilder(store, IndexOptions.defaults()).build(_ -> {});
        assertThat(report.shardsBuilt()).isEqualTo(1);
        assertThat(report.shardsKept()).isEqualTo(SHARDS - 1);
        assertThat(report.samples()).isEqualTo(SHARDS);
    }
}
