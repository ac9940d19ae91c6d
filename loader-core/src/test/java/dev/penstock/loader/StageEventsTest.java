package dev.penstock.loader;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.index.DatasetIndex;
import dev.penstock.laws.LawDatasets;
import dev.penstock.laws.RoundRobinAssigner;
import dev.penstock.memory.PageLocking;
import dev.penstock.process.ChildJvm;
import dev.penstock.store.DirectoryStore;
import dev.penstock.store.ObjectStore;
import dev.penstock.tier.DiskTierConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import jdk.jfr.DataAmount;
import jdk.jfr.EventType;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class StageEventsTest {

    @TempDir
    private Path scratch;

    private ObjectStore store;
    private DatasetIndex index;
    private long steps;
    private long payloadBytes;

    @BeforeEach
    void open() throws IOException {
        store = new DirectoryStore(Files.createDirectories(scratch.resolve("shards")));
        LawDatasets.pack(scratch, store);
        index = DatasetIndex.open(store);
    }

    @AfterEach
    void close() {
        index.close();
        store.close();
    }

    /// Reads one epoch while Flight Recorder runs as a user would have it: with nothing but defaults.
    private List<RecordedEvent> record(UnaryOperator<LoaderConfig.Builder> change) throws IOException {
        LoaderConfig.Builder config = LoaderConfig.builder(() -> new RoundRobinAssigner(3))
                .blockBytes(LawDatasets.BLOCK_BYTES)
                .ramBytes(4L * LawDatasets.BLOCK_BYTES)
                .slotBytes(1 << 20)
                .pageLocking(PageLocking.OFF)
                .batchSize(5)
                .epochs(1);
        Path file = scratch.resolve("stages.jfr");
        try (Recording recording = new Recording()) {
            recording.start();
            deliver(change.apply(config).build());
            recording.stop();
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file);
    }

    private void deliver(LoaderConfig config) {
        payloadBytes = 0;
        try (Loader loader = Loader.open(index, store, config);
                BatchIterator batches = loader.iterator()) {
            steps = loader.stepCount();
            batches.forEachRemaining(batch -> {
                try (batch) {
                    payloadBytes += batch.payloadBytes();
                }
            });
        }
    }

    private static List<RecordedEvent> of(List<RecordedEvent> events, String name) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals("dev.penstock." + name))
                .toList();
    }

    private static long bytes(List<RecordedEvent> events) {
        return events.stream().mapToLong(event -> event.getLong("bytes")).sum();
    }

    private static List<Long> steps(List<RecordedEvent> events) {
        return events.stream().map(event -> event.getLong("step")).toList();
    }

    @Test
    void everyBatchIsDecodedAndWaitedForInARecording() throws IOException {
        List<RecordedEvent> events = record(config -> config);

        List<Long> everyStep = LongStream.range(0, steps).boxed().toList();
        assertThat(steps(of(events, "Wait"))).isEqualTo(everyStep);
        assertThat(Set.copyOf(steps(of(events, "Decode")))).isEqualTo(Set.copyOf(everyStep));
        assertThat(bytes(of(events, "Wait"))).isEqualTo(payloadBytes);
        assertThat(bytes(of(events, "Decode"))).isEqualTo(payloadBytes);
        assertThat(of(events, "Decode")).allSatisfy(event -> {
            assertThat(event.getThread().getJavaName()).startsWith("penstock-decode-");
            assertThat(event.getInt("rank")).isZero();
            assertThat(event.getInt("blocks")).isPositive();
        });
    }

    @Test
    void everyBlockReadIsAFetchThatSaysWhereItCameFrom() throws IOException {
        DiskTierConfig disk = new DiskTierConfig(scratch.resolve("tier"), 64L << 20);

        List<RecordedEvent> cold = of(record(config -> config.disk(disk)), "Fetch");
        List<RecordedEvent> warm = of(record(config -> config.disk(disk)), "Fetch");

        assertThat(cold).isNotEmpty().anyMatch(event -> event.getString("tier").equals("ORIGIN"));
        assertThat(warm).isNotEmpty().allMatch(event -> event.getString("tier").equals("DISK"));
        assertThat(cold.stream()
                        .filter(event -> event.getString("tier").equals("ORIGIN"))
                        .map(event -> event.getInt("shard") + "@" + event.getLong("offset")))
                .doesNotHaveDuplicates()
                .hasSameSizeAs(warm.stream()
                        .map(event -> event.getInt("shard") + "@" + event.getLong("offset"))
                        .collect(Collectors.toSet()));
        assertThat(cold).allMatch(event -> event.getLong("step") >= 0 && event.getLong("step") < steps);
    }

    @Test
    void missionControlIsToldNamesCategoriesAndUnits() throws IOException {
        List<EventType> types = new ArrayList<>();
        record(config -> config).stream()
                .map(RecordedEvent::getEventType)
                .filter(type -> type.getName().startsWith("dev.penstock."))
                .distinct()
                .forEach(types::add);

        assertThat(types).extracting(EventType::getLabel).containsExactlyInAnyOrder("Fetch", "Decode", "Wait");
        assertThat(types).allSatisfy(type -> {
            assertThat(type.getCategoryNames()).containsExactly("Penstock", "Loader");
            assertThat(type.getField("bytes").getAnnotation(DataAmount.class)).isNotNull();
            assertThat(type.getField("step").getLabel()).isNotNull();
        });
    }

    @Test
    void withoutARecordingNothingIsAllocatedForABatch() throws Exception {
        Process child = ChildJvm.start(List.of(), UnrecordedStages.class);
        String allocated = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();

        assertThat(child.waitFor()).isZero();
        assertThat(allocated)
                .as("bytes for %d batches", UnrecordedStages.BATCHES)
                .isEqualTo("0");
    }
}
