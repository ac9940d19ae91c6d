package dev.penstock.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.penstock.batch.Batch;
import dev.penstock.laws.LawDataset;
import dev.penstock.laws.LawDatasets;
import dev.penstock.laws.RoundRobinAssigner;
import dev.penstock.loader.BatchIterator;
import dev.penstock.loader.Loader;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.loader.LoaderCounters;
import dev.penstock.loader.Stage;
import dev.penstock.memory.PageLocking;
import dev.penstock.store.DirectoryStore;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LoaderMetersTest {

    @TempDir
    private Path scratch;

    private LawDataset dataset;
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @BeforeEach
    void pack() throws Exception {
        Path shards = Files.createDirectories(scratch.resolve("shards"));
        LawDatasets.pack(scratch, new DirectoryStore(shards));
        dataset = LawDatasets.open(() -> new DirectoryStore(shards));
    }

    @AfterEach
    void close() {
        dataset.close();
        registry.close();
    }

    private Loader loader() {
        return Loader.open(
                dataset.index(),
                dataset.store(),
                LoaderConfig.builder(() -> new RoundRobinAssigner(3))
                        .blockBytes(LawDatasets.BLOCK_BYTES)
                        .ramBytes(8L * LawDatasets.BLOCK_BYTES)
                        .slotBytes(1 << 20)
                        .pageLocking(PageLocking.OFF)
                        .batchSize(5)
                        .epochs(2)
                        .build());
    }

    private double counter(String name, String... tags) {
        return registry.get(name).tags(tags).functionCounter().count();
    }

    @Test
    void metersSayWhatTheCountersSay() {
        try (Loader loader = loader();
                LoaderMeters meters = new LoaderMeters(loader, Tags.of("run", "a"));
                BatchIterator batches = loader.iterator()) {
            meters.bindTo(registry);
            batches.forEachRemaining(Batch::close);
            LoaderCounters counters = loader.counters();

            assertThat(counter("penstock.loader.batches", "run", "a"))
                    .isEqualTo(counters.batches())
                    .isPositive();
            assertThat(counter("penstock.loader.payload")).isEqualTo(counters.payloadBytes());
            assertThat(counter("penstock.tier.hits", "tier", "ram"))
                    .isEqualTo(counters.tiers().ramHits());
            assertThat(counter("penstock.tier.misses", "tier", "ram"))
                    .isEqualTo(counters.tiers().ramMisses())
                    .isPositive();
            assertThat(counter("penstock.origin.useful"))
                    .isEqualTo(counters.fetch().usefulBytes())
                    .isPositive();
            assertThat(registry.get("penstock.cache.capacity")
                            .tag("tier", "ram")
                            .gauge()
                            .value())
                    .isEqualTo(loader.cacheUse().ram().capacityBytes())
                    .isEqualTo(8.0 * LawDatasets.BLOCK_BYTES);
            for (Stage stage : Stage.values()) {
                FunctionTimer wait = registry.get("penstock.loader.wait")
                        .tag("stage", stage.name().toLowerCase(Locale.ROOT))
                        .functionTimer();
                assertThat(wait.count()).isEqualTo(counters.batches());
                // Timers count in seconds, as doubles.
                assertThat(wait.totalTime(TimeUnit.NANOSECONDS))
                        .isCloseTo(counters.waits().get(stage).toNanos(), within(1.0));
            }
        }
    }

    @Test
    void thePageListsTheMetersOfALoader() throws IOException {
        Set<String> documented;
        try (Stream<String> lines = Files.lines(Path.of("../docs/metrics.md"))) {
            documented = lines.filter(line -> line.matches("\\| `penstock\\..*` \\| (loader|cache) \\|.*"))
                    .map(line -> line.replaceFirst("\\| `([a-z.]+)`.*", "$1"))
                    .collect(Collectors.toSet());
        }
        try (Loader loader = loader();
                LoaderMeters meters = new LoaderMeters(loader)) {
            meters.bindTo(registry);

            assertThat(registry.getMeters().stream()
                            .map(meter -> meter.getId().getName())
                            .collect(Collectors.toSet()))
                    .isEqualTo(documented);
        }
    }

    @Test
    void closingRemovesEveryMeter() {
        try (Loader loader = loader();
                LoaderMeters meters = new LoaderMeters(loader)) {
            meters.bindTo(registry);
            assertThat(registry.getMeters()).isNotEmpty();
        }
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void loadersAreToldApartByTheirTags() {
        try (Loader one = loader();
                Loader two = loader();
                LoaderMeters ofOne = new LoaderMeters(one, Tags.of("rank", "0"));
                LoaderMeters ofTwo = new LoaderMeters(two, Tags.of("rank", "1"))) {
            ofOne.bindTo(registry);
            ofTwo.bindTo(registry);
            try (BatchIterator batches = two.iterator()) {
                batches.next().close();
            }

            assertThat(counter("penstock.loader.batches", "rank", "0")).isZero();
            assertThat(counter("penstock.loader.batches", "rank", "1")).isOne();
            assertThatThrownBy(() -> new LoaderMeters(one, Tags.of("rank", "1")).bindTo(registry))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("rank");
        }
    }

    @Test
    void metersOutliveABinderThatNobodyKept() {
        try (Loader loader = loader();
                BatchIterator batches = loader.iterator()) {
            new LoaderMeters(loader).bindTo(registry);
            System.gc();
            batches.next().close();

            assertThat(counter("penstock.loader.batches")).isOne();
        }
    }
}
