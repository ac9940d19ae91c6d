package dev.penstock.cli.option;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.batch.Batch;
import dev.penstock.batch.Layout;
import dev.penstock.daemon.client.ReconnectPolicy;
import dev.penstock.daemon.client.RemoteLoader;
import dev.penstock.daemon.protocol.AttachRequest;
import dev.penstock.daemon.server.Daemon;
import dev.penstock.daemon.server.DaemonConfig;
import dev.penstock.fetch.FetchConfig;
import dev.penstock.laws.LawDataset;
import dev.penstock.laws.LawDatasets;
import dev.penstock.loader.BatchIterator;
import dev.penstock.loader.BatchSource;
import dev.penstock.loader.Loader;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.loader.LoaderCounters;
import dev.penstock.memory.PageLocking;
import dev.penstock.store.DirectoryStore;
import dev.penstock.tier.CacheConfig;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A daemon delivers every layout as a loader of the process does: the same bytes in the same shapes.
@Timeout(60)
class RemoteLayoutsTest {

    @TempDir
    private Path scratch;

    private Path shards;
    private Daemon daemon;

    @BeforeEach
    void serve() throws IOException {
        shards = Files.createDirectory(scratch.resolve("shards"));
        LawDatasets.pack(scratch, new DirectoryStore(shards));
        CacheConfig cache =
                CacheConfig.defaults().withBlockBytes(LawDatasets.BLOCK_BYTES).withRamBytes(1 << 20);
        daemon = Daemon.open(
                new DaemonConfig(
                        scratch.resolve("socket"), cache, FetchConfig.defaults(), 64 << 20, 8 << 20, PageLocking.OFF),
                AttachOptions::parse);
    }

    @AfterEach
    void stop() {
        daemon.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"packed", "padded", "fixed=9000", "bucket=100,3000,32769"})
    void deliversTheSameBytesInTheSameShapes(String layout) {
        Map<String, String> options = new TreeMap<>(Map.of(
                "layout", layout,
                "pad-value", "42",
                "batch", "12",
                "ranks", "2",
                "epochs", "2",
                "max-tokens", "40000",
                "micro-batches", "equal"));
        LoaderConfig config = AttachOptions.parse(new TreeMap<>(options))
                .blockBytes(LawDatasets.BLOCK_BYTES)
                .slotBytes(8 << 20)
                .build();
        try (LawDataset dataset = LawDatasets.open(() -> new DirectoryStore(shards));
                Loader local = Loader.open(dataset.index(), dataset.store(), config);
                RemoteLoader remote = RemoteLoader.attach(
                        scratch.resolve("socket"),
                        AttachRequest.of("a", shards.toUri().toString(), options),
                        ReconnectPolicy.never())) {
            assertThat(remote.attached().layout()).isEqualTo(config.layout());
            assertThat(tables(remote)).isEqualTo(tables(local)).isNotEmpty();
            LoaderCounters counters = remote.counters();
            assertThat(counters.payloadBytes()).isEqualTo(local.counters().payloadBytes());
            assertThat(counters.paddingBytes()).isEqualTo(local.counters().paddingBytes());
        }
    }

    private static List<String> tables(BatchSource loader) {
        List<String> all = new ArrayList<>();
        try (BatchIterator batches = loader.iterator()) {
            while (batches.hasNext()) {
                try (Batch batch = batches.next()) {
                    all.add(tables(batch));
                }
            }
        }
        return all;
    }

    /// Everything that a consumer can ask a batch for.
    private static String tables(Batch batch) {
        StringBuilder text = new StringBuilder("step " + batch.step() + " rank " + batch.rank());
        for (int sample = 0; sample < batch.sampleCount(); sample++) {
            text.append(" id ").append(batch.sampleId(sample)).append(" sum ").append(batch.crc32c(sample));
        }
        for (int field = 0; field < batch.fields().size(); field++) {
            text.append("\nfield ").append(batch.fields().get(field));
            for (int sample = 0; sample < batch.sampleCount(); sample++) {
                text.append(" at ").append(batch.offset(field, sample));
                text.append(" length ").append(batch.length(field, sample));
            }
            for (int m = 0; m < batch.microBatchCount(); m++) {
                text.append(" from ").append(batch.microBatchStart(m));
                text.append(" rows ").append(batch.rows(field, m)).append('x').append(batch.rowElements(field, m));
                text.append(' ').append(hash(batch.microBatchValues(field, m)));
            }
            if (batch.layout().kind() instanceof Layout.Fixed) {
                text.append(" segments ").append(hash(batch.segments(field)));
            }
        }
        return text.toString();
    }

    private static int hash(MemorySegment bytes) {
        return Arrays.hashCode(bytes.toArray(ValueLayout.JAVA_BYTE));
    }
}
