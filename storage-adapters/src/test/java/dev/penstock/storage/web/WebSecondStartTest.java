package dev.penstock.storage.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.batch.Batch;
import dev.penstock.error.CorruptDataException;
import dev.penstock.error.RetryableException;
import dev.penstock.index.DatasetIndex;
import dev.penstock.index.IndexCache;
import dev.penstock.laws.LawDatasets;
import dev.penstock.laws.RoundRobinAssigner;
import dev.penstock.loader.BatchIterator;
import dev.penstock.loader.Loader;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.order.Remainder;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStores;
import dev.penstock.store.Patience;
import dev.penstock.store.RetryPolicy;
import dev.penstock.tier.DiskTierConfig;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a start asks of a web server for a dataset that was indexed as files, whose versions pin nothing there.
class WebSecondStartTest {

    private static final String FIRST_DATE = "Sun, 06 Nov 1994 08:49:37 GMT";
    private static final String LATER_DATE = "Mon, 07 Nov 1994 08:49:37 GMT";

    /// What the server says of the state of an object.
    enum Validator {
        ETAG,
        DATE,
        NONE
    }

    @TempDir
    private Path directory;

    private final Map<String, byte[]> objects = new HashMap<>();
    private WebServer server;

    /// What the last start says that it asked for.
    private long counted;

    @BeforeEach
    void packAndServe() throws IOException {
        server = WebServer.start();
        try (ObjectStore files = ObjectStores.open(directory.resolve("dataset").toUri())) {
            LawDatasets.pack(directory, files);
            for (ObjectMetadata object : files.list("").toIterable()) {
                byte[] bytes = new byte[Math.toIntExact(object.sizeBytes())];
                files.read(object, 0, MemorySegment.ofArray(bytes)).block();
                objects.put(object.key(), bytes);
            }
        }
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void serve(Validator validator) {
        objects.forEach((key, bytes) -> server.put(key, served(bytes, validator, "\"one\"", FIRST_DATE)));
    }

    private static WebServer.Served served(byte[] bytes, Validator validator, String etag, String date) {
        return new WebServer.Served(
                bytes, validator == Validator.ETAG ? etag : null, validator == Validator.DATE ? date : null);
    }

    private int start(String disk) {
        return start(server.root(), disk);
    }

    /// Runs an epoch and returns how many requests the server got.
    private int start(URI root, String disk) {
        int before = server.requests().size();
        LoaderConfig config = LoaderConfig.builder(() -> new RoundRobinAssigner(4))
                .batchSize(8)
                .epochs(1)
                .remainder(Remainder.SHORT)
                .blockBytes(LawDatasets.BLOCK_BYTES)
                .disk(new DiskTierConfig(directory.resolve(disk), 1 << 20))
                .build();
        try (ObjectStore store = ObjectStores.open(root);
                DatasetIndex index = DatasetIndex.open(store, new IndexCache(directory.resolve("indexes")));
                Loader loader = Loader.open(index, store, config);
                BatchIterator batches = loader.iterator()) {
            long samples = 0;
            while (batches.hasNext()) {
                try (Batch batch = batches.next()) {
                    samples += batch.sampleCount();
                }
            }
            assertThat(samples).isEqualTo(index.sampleCount());
            int requests = server.requests().size() - before;
            counted = loader.counters().indexRequests()
                    + loader.counters().fetch().requests();
            return requests;
        }
    }

    @ParameterizedTest
    @EnumSource
    void theSecondStartAsksForTheManifestAlone(Validator validator) {
        serve(validator);
        int first = start("disk");
        assertThat(first).isGreaterThan(objects.size());
        assertThat(counted).isEqualTo(first);
        int second = start("disk");
        assertThat(second)
                .as("without a version the manifest itself is read")
                .isEqualTo(validator == Validator.NONE ? 2 : 1);
        assertThat(counted).isEqualTo(second);
    }

    @Test
    void aServerThatDoesNotAnswerIsReplacedByWhatTheSameQueryLedToOnly() {
        serve(Validator.ETAG);
        URI staging = URI.create(server.root() + "?set=staging");
        URI production = URI.create(server.root() + "?set=production");
        start(production, "disk");
        server.close();
        assertThat(start(production, "disk")).isZero();
        Patience hurried = new Patience(new RetryPolicy(1, Duration.ofMillis(1), Duration.ofMillis(1)), _ -> {});
        IndexCache cache = new IndexCache(directory.resolve("indexes"));
        try (ObjectStore store = ObjectStores.open(staging)) {
            assertThatThrownBy(() -> DatasetIndex.open(store, cache, hurried)).isInstanceOf(RetryableException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ETAG", "DATE"})
    void aShardReplacedBetweenStartsIsRefusedByName(Validator validator) {
        serve(validator);
        start("disk");
        String shard = objects.keySet().stream()
                .filter(key -> key.endsWith(".tar"))
                .sorted()
                .findFirst()
                .orElseThrow();
        server.put(shard, served(objects.get(shard), validator, "\"two\"", LATER_DATE));
        // Bytes that the disk tier holds are those that were indexed.
        assertThat(start("disk")).isEqualTo(1);
        assertThatThrownBy(() -> start("empty"))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("key=" + shard);
        start("empty");
    }

    @Test
    void anotherServerOfTheSameFilesIsAskedOnceMoreAndNeedsNoBlock() throws IOException {
        serve(Validator.ETAG);
        start("disk");
        server.close();
        server = WebServer.start();
        serve(Validator.DATE);
        int indexAndShards = start("disk");
        assertThat(server.requests())
                .noneMatch(request ->
                        request.method().equals("GET") && request.uri().endsWith(".tar"));
        assertThat(indexAndShards).isGreaterThan(1);
        assertThat(start("disk")).isEqualTo(1);
    }
}
