package dev.penstock.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.CorruptDataException;
import dev.penstock.error.RetryableException;
import dev.penstock.error.StoreAccessException;
import dev.penstock.format.TarBytes;
import dev.penstock.process.ChildJvm;
import dev.penstock.store.DirectoryStore;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.RemoteStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexCacheTest {

    private static final int SHARDS = 20;

    @TempDir
    Path scratch;

    private Path dataset;
    private Path caches;

    @BeforeEach
    void buildDataset() throws IOException {
        dataset = Files.createDirectory(scratch.resolve("dataset"));
        caches = scratch.resolve("caches");
        for (int shard = 0; shard < SHARDS; shard++) {
            writeShard(shard, "text of " + shard);
        }
        index();
    }

    private void writeShard(int shard, String text) throws IOException {
        Files.write(
                dataset.resolve(String.format("%02d.tar", shard)),
                new TarBytes().file(shard + ".txt", text).end());
    }

    private void index() {
        new IndexBuilder(new DirectoryStore(dataset), IndexOptions.defaults()).build(_ -> {});
    }

    private RemoteStore remote() {
        return new RemoteStore(new DirectoryStore(dataset));
    }

    private IndexCache cache() {
        return new IndexCache(caches);
    }

    /// Opens the dataset, compares it with the local one, and returns what the cache counted.
    private IndexCacheCounters open(IndexCache cache, ObjectStore store) {
        try (DatasetIndex cached = DatasetIndex.open(store, cache);
                DatasetIndex local = DatasetIndex.open(new DirectoryStore(dataset))) {
            assertThat(cached.digest()).isEqualTo(local.digest());
            assertThat(cached.sampleCount()).isEqualTo(SHARDS);
            assertThat(cached.shard(7).key(0)).isEqualTo("7");
        }
        return cache.counters();
    }

    private IndexCacheCounters open(ObjectStore store) {
        return open(cache(), store);
    }

    private List<Path> files(String suffix) throws IOException {
        try (Stream<Path> paths = Files.walk(caches)) {
            return paths.filter(path -> path.toString().endsWith(suffix)).toList();
        }
    }

    private Path bundle() throws IOException {
        assertThat(files(".bundle")).hasSize(1);
        return files(".bundle").getFirst();
    }

    @Test
    void theSecondStartAsksOnlyWhetherTheManifestChanged() {
        assertThat(open(remote())).isEqualTo(new IndexCacheCounters(0, 1, 0, 0, 0));
        RemoteStore second = remote();
        assertThat(open(second)).isEqualTo(new IndexCacheCounters(1, 0, 0, 0, 0));
        assertThat(second.stats()).isEqualTo(1);
        assertThat(second.reads()).isZero();
        assertThat(second.requests()).isEqualTo(1);
    }

    @Test
    void aLocalDatasetIsNotCached() {
        assertThat(open(new DirectoryStore(dataset))).isEqualTo(new IndexCacheCounters(0, 0, 0, 0, 0));
        assertThat(caches).doesNotExist();
    }

    @Test
    void aDatasetIndexedAgainReplacesItsCachedState() throws IOException {
        open(remote());
        Path old = bundle();
        writeShard(7, "another text, of another length");
        index();
        assertThat(open(remote())).isEqualTo(new IndexCacheCounters(0, 1, 0, 0, 0));
        assertThat(bundle()).isNotEqualTo(old);
    }

    @Test
    void aStoreWithoutVersionsIsKnownByItsManifest() throws IOException {
        open(remote().withoutVersions());
        RemoteStore second = remote().withoutVersions();
        assertThat(open(second)).isEqualTo(new IndexCacheCounters(1, 0, 0, 0, 0));
        assertThat(second.reads()).as("of the manifest alone").isEqualTo(1);
        writeShard(7, "another text");
        index();
        assertThat(open(remote().withoutVersions())).isEqualTo(new IndexCacheCounters(0, 1, 0, 0, 0));
    }

    @Test
    void aTornFileIsFetchedAgain() throws IOException {
        open(remote());
        Path bundle = bundle();
        byte[] whole = Files.readAllBytes(bundle);
        for (int length : new int[] {0, 20, 47, 60, whole.length / 2, whole.length - 1}) {
            Files.write(bundle, Arrays.copyOf(whole, length));
            assertThat(open(remote())).as("cut to %d", length).isEqualTo(new IndexCacheCounters(0, 1, 1, 0, 0));
            assertThat(bundle).hasBinaryContent(whole);
        }
        for (int at : new int[] {3, 12, 20, 70, whole.length / 2, whole.length - 1}) {
            byte[] flipped = whole.clone();
            flipped[at] ^= 0x10;
            Files.write(bundle, flipped);
            assertThat(open(remote())).as("flipped at %d", at).isEqualTo(new IndexCacheCounters(0, 1, 1, 0, 0));
            assertThat(bundle).hasBinaryContent(whole);
        }
    }

    @Test
    void leftoversOfAKilledProcessAreDeleted() throws IOException {
        open(remote());
        Path part = bundle().resolveSibling("killed.part");
        Files.delete(bundle());
        Files.write(part, new byte[100]);
        assertThat(open(remote())).isEqualTo(new IndexCacheCounters(0, 1, 0, 0, 0));
        assertThat(part).doesNotExist();
    }

    @Test
    void whatWasNotOpenedForLongMakesRoom() throws IOException {
        Path other = Files.createDirectories(caches.resolve("other"));
        Path old = Files.write(other.resolve("old.bundle"), new byte[1]);
        Path recent = Files.write(other.resolve("recent.bundle"), new byte[1]);
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(31))));
        open(remote());
        assertThat(old).doesNotExist();
        assertThat(recent).exists();
    }

    @Test
    void anOriginThatDoesNotAnswerIsGoneWithoutWhenACopyIsThere() {
        open(remote());
        assertThat(open(remote().failing(_ -> true))).isEqualTo(new IndexCacheCounters(0, 0, 0, 0, 1));
    }

    @Test
    void anOriginThatDoesNotAnswerFailsWithoutACopy() {
        RemoteStore silent = remote().failing(_ -> true);
        assertThatThrownBy(() -> open(silent))
                .isInstanceOf(RetryableException.class)
                .hasMessageStartingWith("request failed: number=");
        assertThat(silent.requests()).as("the first attempt and its retries").isEqualTo(7);
    }

    @Test
    void aManifestThatIsGoneIsBelieved() throws IOException {
        open(remote());
        Files.delete(dataset.resolve("_penstock/manifest.json"));
        assertThatThrownBy(() -> open(remote()))
                .isInstanceOf(StoreAccessException.class)
                .hasMessageContaining("penstock index " + dataset.toUri());
    }

    @Test
    void aDamagedOriginIsNeverCached() throws IOException {
        Path index = dataset.resolve("_penstock/07.tar.idx");
        byte[] flipped = Files.readAllBytes(index);
        flipped[flipped.length / 2] ^= 1;
        Files.write(index, flipped);
        assertThatThrownBy(() -> DatasetIndex.open(remote(), cache()))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("index=_penstock/07.tar.idx");
        assertThat(files(".bundle")).isEmpty();
        assertThat(files(".part")).isEmpty();
    }

    @Test
    void aCacheThatCannotBeWrittenIsGoneWithout() throws IOException {
        Files.writeString(caches, "a file, where the cache should be");
        IndexCache cache = cache();
        open(cache, remote());
        assertThat(open(cache, remote())).isEqualTo(new IndexCacheCounters(0, 2, 0, 2, 0));
    }

    @Test
    void aFullDiskIsGoneWithout() throws Exception {
        // No file may grow beyond this, which is less than the bundle needs.
        Process child = ChildJvm.start(
                List.of("prlimit", "--fsize=4096"), CachedOpening.class, dataset.toString(), caches.toString());
        child.getOutputStream().close();
        List<String> lines = linesOf(child);
        assertThat(child.waitFor()).isZero();
        assertThat(lines).containsExactly("open", new IndexCacheCounters(0, 1, 0, 1, 0).toString(), digest());
        assertThat(files(".bundle")).isEmpty();
        assertThat(files(".part")).isEmpty();
    }

    @Test
    void processesThatStartTogetherFetchOnce() throws Exception {
        List<Process> children = new ArrayList<>();
        for (int child = 0; child < 4; child++) {
            children.add(ChildJvm.start(List.of(), CachedOpening.class, dataset.toString(), caches.toString()));
        }
        List<BufferedReader> outputs = new ArrayList<>();
        for (Process child : children) {
            BufferedReader output = child.inputReader(StandardCharsets.UTF_8);
            assertThat(output.readLine()).isEqualTo("open");
            outputs.add(output);
        }
        // All of them are up; now each may begin.
        for (Process child : children) {
            child.getOutputStream().close();
        }
        Map<String, Integer> seen = new TreeMap<>();
        for (int child = 0; child < children.size(); child++) {
            seen.merge(String.valueOf(outputs.get(child).readLine()), 1, Integer::sum);
            assertThat(outputs.get(child).readLine()).isEqualTo(digest());
            assertThat(children.get(child).waitFor()).isZero();
        }
        assertThat(seen)
                .isEqualTo(Map.of(
                        new IndexCacheCounters(0, 1, 0, 0, 0).toString(), 1,
                        new IndexCacheCounters(1, 0, 0, 0, 0).toString(), 3));
    }

    private String digest() {
        try (DatasetIndex local = DatasetIndex.open(new DirectoryStore(dataset))) {
            return local.digest();
        }
    }

    private static List<String> linesOf(Process child) throws IOException {
        try (BufferedReader output = child.inputReader(StandardCharsets.UTF_8)) {
            return output.lines().toList();
        }
    }

    /// Opens a dataset as a remote one when its standard input ends, and prints what the cache counted.
    static final class CachedOpening {

        private CachedOpening() {}

        public static void main(String[] arguments) throws IOException {
            System.out.println("open");
            assertThat(System.in.read()).isEqualTo(-1);
            IndexCache cache = new IndexCache(Path.of(arguments[1]));
            RemoteStore store = new RemoteStore(new DirectoryStore(Path.of(arguments[0])));
            try (DatasetIndex index = DatasetIndex.open(store, cache)) {
                System.out.println(cache.counters());
                System.out.println(index.digest());
            }
        }
    }
}
