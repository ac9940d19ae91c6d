package dev.penstock.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.CorruptDataException;
import dev.penstock.error.RetryableException;
import dev.penstock.error.StoreAccessException;
import dev.penstock.format.TarBytes;
import dev.penstock.process.ChildJvm;
import dev.penstock.store.DirectoryStore;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.Patience;
import dev.penstock.store.RemoteStore;
import dev.penstock.store.RetryPolicy;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexCacheTest {

    private static final int SHARDS = 20;

    private static final int RETRIES = 10;

    private static final Patience HURRIED =
            new Patience(new RetryPolicy(RETRIES, Duration.ofMillis(1), Duration.ofMillis(2)), _ -> {});

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
        try (DatasetIndex cached = DatasetIndex.open(store, cache, HURRIED);
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
        RemoteStore silent = remote().failing(_ -> true);
        assertThat(open(silent)).isEqualTo(new IndexCacheCounters(0, 0, 0, 0, 1));
        assertThat(silent.requests())
                .as("a question that can go unanswered is asked less often")
                .isEqualTo(1 + 6);
    }

    @Test
    void anOriginThatDoesNotAnswerFailsWithoutACopy() {
        RemoteStore silent = remote().failing(_ -> true);
        assertThatThrownBy(() -> open(silent))
                .isInstanceOf(RetryableException.class)
                .hasMessageStartingWith("request failed: number=");
        assertThat(silent.requests()).as("the first attempt and its retries").isEqualTo(1 + RETRIES);
    }

    @Test
    void anotherDatasetUnderTheSameRootDoesNotStandInForAnOriginThatDoesNotAnswer() {
        open(remote().identifiedBy("here, by one endpoint"));
        RemoteStore silent = remote().identifiedBy("here, by another").failing(_ -> true);
        assertThatThrownBy(() -> open(silent)).isInstanceOf(RetryableException.class);
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
    void aLockHeldByAProcessThatDoesNothingIsGoneWithoutAndItsFilesAreLeftAlone() throws Exception {
        Process holder = ChildJvm.start(List.of(), Holding.class, dataset.toString(), caches.toString());
        try {
            BufferedReader output = holder.inputReader(StandardCharsets.UTF_8);
            Path part = Path.of(output.readLine());
            IndexCache cache = new IndexCache(caches, Duration.ofMillis(100));
            assertThat(open(cache, remote())).isEqualTo(new IndexCacheCounters(0, 1, 0, 1, 0));
            assertThat(part).exists();
            assertThat(files(".bundle")).isEmpty();
            assertThatThrownBy(() -> FillLock.take(part.getParent(), Duration.ofMillis(100)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("process " + holder.pid() + " holds the lock in " + part.getParent());
        } finally {
            holder.destroyForcibly().waitFor();
        }
        assertThat(open(remote())).isEqualTo(new IndexCacheCounters(0, 1, 0, 0, 0));
    }

    /// Takes a dataset's lock, begins to write, and does nothing more.
    static final class Holding {

        private Holding() {}

        public static void main(String[] arguments) throws IOException {
            RemoteStore store = new RemoteStore(new DirectoryStore(Path.of(arguments[0])));
            Path home = new CachedBundles(Path.of(arguments[1]), store, Arena.ofAuto()).home();
            try (FillLock _ = FillLock.take(home, FillLock.LONGEST_SILENCE)) {
                System.out.println(Files.createFile(CachedBundles.newPart(home)));
                while (true) {
                    LockSupport.park();
                }
            }
        }
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

    /// Opens the dataset, asks for the state of its shards, and returns how many requests that took.
    private long start(RemoteStore store) {
        try (DatasetIndex index = DatasetIndex.open(store, cache(), HURRIED)) {
            List<ObjectMetadata> objects = index.currentObjects(store);
            assertThat(objects).hasSize(SHARDS);
            assertThat(objects.get(7).key()).isEqualTo("07.tar");
            assertThat(index.requests()).as("as counted").isEqualTo(store.requests());
        }
        return store.requests();
    }

    private static void replaceByTheSame(Path file) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(10)));
    }

    @Test
    void theSecondStartAsksForNoShardWhereVersionsDoNotPin() {
        assertThat(start(remote())).as("manifest twice, indexes, shards").isEqualTo(2 + 2 * SHARDS);
        assertThat(start(remote())).as("of the manifest").isEqualTo(1);
    }

    @Test
    void theStateOfShardsThatIsRememberedIsTheOneThatWasFound() throws IOException {
        replaceByTheSame(dataset.resolve("07.tar"));
        start(remote());
        try (DatasetIndex index = DatasetIndex.open(remote(), cache())) {
            assertThat(index.currentObjects(remote()))
                    .isEqualTo(new DirectoryStore(dataset)
                            .list("")
                            .filter(object -> object.key().endsWith(".tar"))
                            .collectList()
                            .block());
        }
    }

    @Test
    void aShardReplacedBetweenStartsIsRefusedByNameAndAskedForOnceForgotten() throws IOException {
        start(remote());
        replaceByTheSame(dataset.resolve("07.tar"));
        RemoteStore store = remote();
        try (DatasetIndex index = DatasetIndex.open(store, cache())) {
            ObjectMetadata shard = index.currentObjects(store).get(7);
            assertThatThrownBy(() -> store.read(shard, 0, MemorySegment.ofArray(new byte[10]))
                            .block())
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("key=07.tar");
            index.forgetObjects();
        }
        assertThat(start(remote())).as("manifest and shards").isEqualTo(1 + SHARDS);
        assertThat(start(remote())).isEqualTo(1);
    }

    @Test
    void withoutAnAnswerTheStateOfShardsIsTheRememberedOne() {
        start(remote());
        try (DatasetIndex index = DatasetIndex.open(remote().failing(_ -> true), cache(), HURRIED)) {
            assertThat(index.currentObjects(remote().failing(_ -> true))).hasSize(SHARDS);
        }
    }

    @Test
    void aDatasetIndexedAgainIsAskedForAnew() throws IOException {
        start(remote());
        writeShard(7, "another text");
        index();
        assertThat(start(remote())).isEqualTo(2 + 2 * SHARDS);
        assertThat(files(".versions")).hasSize(1);
    }

    @Test
    void whatIsTornIsNotRemembered() throws IOException {
        start(remote());
        Path versions = files(".versions").getFirst();
        byte[] whole = Files.readAllBytes(versions);
        for (int length = 0; length < whole.length; length += 13) {
            Files.write(versions, Arrays.copyOf(whole, length));
            assertThat(start(remote())).as("cut to %d", length).isEqualTo(1 + SHARDS);
            assertThat(versions).hasBinaryContent(whole);
        }
        for (int at = 0; at < whole.length; at += 17) {
            byte[] flipped = whole.clone();
            flipped[at] ^= 0x10;
            Files.write(versions, flipped);
            assertThat(start(remote())).as("flipped at %d", at).isEqualTo(1 + SHARDS);
        }
    }

    @Test
    void aKillWhileTheStateOfShardsIsWrittenLeavesAllOrNothing() throws Exception {
        for (int kill = 0; kill < 3; kill++) {
            Process child = ChildJvm.start(List.of(), Remembering.class, dataset.toString(), caches.toString());
            BufferedReader output = child.inputReader(StandardCharsets.UTF_8);
            for (int line = 0; line <= 20 * kill; line++) {
                assertThat(output.readLine()).isEqualTo("written");
            }
            child.destroyForcibly().waitFor();
            assertThat(start(remote())).isIn(1L, 1L + SHARDS);
            assertThat(start(remote())).isEqualTo(1);
        }
        Files.delete(files(".versions").getFirst());
        start(remote());
        assertThat(files(".part")).as("swept by whoever writes next").isEmpty();
    }

    @Test
    void processesThatRememberAndForgetTogetherSeeWholeStates() throws Exception {
        Process first = ChildJvm.start(List.of(), Remembering.class, dataset.toString(), caches.toString());
        Process second = ChildJvm.start(List.of(), Remembering.class, dataset.toString(), caches.toString());
        try {
            for (Process child : List.of(first, second)) {
                BufferedReader output = child.inputReader(StandardCharsets.UTF_8);
                for (int line = 0; line < 30; line++) {
                    assertThat(output.readLine()).isEqualTo("written");
                    assertThat(start(remote())).isIn(1L, 1L + SHARDS);
                }
            }
        } finally {
            first.destroyForcibly().waitFor();
            second.destroyForcibly().waitFor();
        }
        start(remote());
        assertThat(start(remote())).isEqualTo(1);
    }

    /// Writes what is remembered and forgets it, over and over, until it is killed.
    static final class Remembering {

        private Remembering() {}

        public static void main(String[] arguments) {
            RemoteStore store = new RemoteStore(new DirectoryStore(Path.of(arguments[0])));
            while (true) {
                try (DatasetIndex index = DatasetIndex.open(store, new IndexCache(Path.of(arguments[1])))) {
                    index.currentObjects(store);
                    System.out.println("written");
                    index.forgetObjects();
                }
            }
        }
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
