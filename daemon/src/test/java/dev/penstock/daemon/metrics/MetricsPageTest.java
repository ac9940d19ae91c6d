package dev.penstock.daemon.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.daemon.client.ReconnectPolicy;
import dev.penstock.daemon.client.RemoteLoader;
import dev.penstock.daemon.protocol.AttachRequest;
import dev.penstock.daemon.server.Daemon;
import dev.penstock.daemon.server.TestDaemon;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `docs/metrics.md` is what is registered: every meter, with its type, unit and tags, and no other.
@Timeout(60)
class MetricsPageTest {

    private static final Path PAGE = Path.of("../docs/metrics.md");

    private static final Map<String, Set<String>> TAGS_OF = Map.of(
            "loader", Set.of("stream", "dataset"),
            "stream", Set.of("stream", "dataset"),
            "client", Set.of("job", "rank"),
            "cache", Set.of(),
            "daemon", Set.of());

    /// One row of the table: what is said of a meter, or what it is.
    private record Row(String name, String type, String unit, Set<String> tags) {}

    @TempDir
    private Path scratch;

    private static List<String[]> cells() throws IOException {
        return Files.readAllLines(PAGE).stream()
                .filter(line -> line.startsWith("| `penstock."))
                .map(line -> line.substring(2).split(" ?\\| ?", -1))
                .toList();
    }

    private static Set<String> words(String cell) {
        return Arrays.stream(cell.replace("`", "").split(" ", -1))
                .filter(word -> !word.isEmpty())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Row documented(String[] cells) {
        Set<String> tags = words(cells[4]);
        tags.addAll(TAGS_OF.get(cells[1]));
        return new Row(cells[0].replace("`", ""), cells[2], cells[3], tags);
    }

    private static Row registered(Meter meter) {
        Meter.Id id = meter.getId();
        String type = switch (id.getType()) {
            case COUNTER -> "counter";
            case GAUGE -> "gauge";
            case TIMER -> "timer";
            case LONG_TASK_TIMER, DISTRIBUTION_SUMMARY, OTHER ->
                throw new AssertionError(id + " is of a type that the page does not know");
        };
        Set<String> tags = id.getTags().stream().map(Tag::getKey).collect(Collectors.toCollection(TreeSet::new));
        return new Row(id.getName(), type, String.valueOf(id.getBaseUnit()), tags);
    }

    @Test
    void thePageListsWhatADaemonRegisters() throws IOException {
        Path socket = scratch.resolve("socket");
        String uri = TestDaemon.dataset(scratch);
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        try (Daemon daemon = TestDaemon.open(socket);
                RemoteLoader client =
                        RemoteLoader.attach(socket, AttachRequest.of("job", uri, Map.of()), ReconnectPolicy.never())) {
            assertThat(client.leasedSlots()).isZero();
            new DaemonMeters(registry, daemon.snapshot());
        }
        Set<Row> found =
                registry.getMeters().stream().map(MetricsPageTest::registered).collect(Collectors.toSet());

        assertThat(cells().stream().map(MetricsPageTest::documented)).containsExactlyInAnyOrderElementsOf(found);
    }
}
