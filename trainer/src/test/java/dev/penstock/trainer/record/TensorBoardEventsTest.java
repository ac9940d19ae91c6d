package dev.penstock.trainer.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.penstock.trainer.PythonProgram;
import dev.penstock.trainer.record.EventFrames.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorBoardEventsTest {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00.250Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

    @TempDir
    private Path directory;

    private static StepMetrics step(long step, double loss) {
        SequencedMap<String, Double> values = new LinkedHashMap<>();
        values.put("loss", loss);
        values.put("time/compute_ms", 1.5);
        return new StepMetrics(step, NOW, values);
    }

    private void train(long begin, long end) {
        try (TensorBoardEvents events = TensorBoardEvents.start(directory, begin, CLOCK)) {
            for (long step = begin; step < end; step++) {
                events.record(step(step, 100 * begin + step));
            }
            events.complete();
            assertThat(events.counters()).isEqualTo(new SinkCounters(end - begin, 0, Optional.empty()));
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }

    @Test
    void fileHoldsVersionThenStartThenEachStep() throws IOException {
        train(4, 6);

        List<Event> events = EventFrames.read(files().getFirst());

        double seconds = NOW.toEpochMilli() / 1e3;
        assertThat(events)
                .containsExactly(
                        Event.version(seconds, "brain.Event:2"),
                        Event.session(seconds, 4, 1),
                        Event.scalars(seconds, 4, List.of("loss=404.0", "time/compute_ms=1.5")),
                        Event.scalars(seconds, 5, List.of("loss=405.0", "time/compute_ms=1.5")),
                        Event.session(seconds, 6, 2));
    }

    @Test
    void eachStartWritesAFileThatIsReadAfterThoseBefore() throws IOException {
        train(0, 10);
        train(5, 12);
        train(11, 12);

        assertThat(files().stream().map(file -> EventFrames.read(file).get(1).step()))
                .containsExactly(0L, 5L, 11L);
    }

    @Test
    void fullDiskLeavesWholeFramesAndCountsTheRest() throws Exception {
        Path small = Files.createDirectory(directory.resolve("small"));
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=8k", "none", small.toString()) == 0,
                "NOT RUN: mounting a tmpfs needs root");
        try (TensorBoardEvents events = TensorBoardEvents.start(small, 0, CLOCK)) {
            int steps = 200;
            for (int step = 0; step < steps; step++) {
                events.record(step(step, step));
            }

            assertThat(events.counters().missing()).isPositive();
            assertThat(events.counters().failure().orElseThrow()).contains("No space left");
            try (Stream<Path> files = Files.list(small)) {
                assertThat(EventFrames.read(files.findFirst().orElseThrow()))
                        .hasSize(2 + Math.toIntExact(events.counters().delivered()));
            }
        } finally {
            run("umount", small.toString());
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
    }

    @Test
    void tensorBoardReadsAResumedRunAsOneCurve() throws Exception {
        PythonProgram reader = PythonProgram.of("read_events.py");
        train(0, 10);
        train(5, 8);

        List<String> lines = reader.run(directory, "loss");

        assertThat(lines).containsExactly("0 0.0", "1 1.0", "2 2.0", "3 3.0", "4 4.0", "5 505.0", "6 506.0", "7 507.0");
    }
}
