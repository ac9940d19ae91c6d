package dev.penstock.bench.train;

import dev.penstock.bench.measure.LiveHeap;
import dev.penstock.bench.measure.NativeHeap;
import dev.penstock.bench.measure.ProcessMeter;
import dev.penstock.cli.Main;
import dev.penstock.trainer.world.World;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;

/// The main class of a rank that is `penstock train`, and notes what memory it has at certain steps.
///
/// The steps are those of the run's curve, so a measurement belongs to a step up to a few later.
final class MeteredRank {

    /// Between looks at the curve.
    private static final Duration INTERVAL = Duration.ofMillis(10);

    private MeteredRank() {}

    /// @param arguments the run directory, the steps to measure at, joined by commas; then those of the command
    public static void main(String[] arguments) {
        Path run = Path.of(arguments[0]);
        List<Long> marks =
                List.of(arguments[1].split(",")).stream().map(Long::parseLong).toList();
        Path notes = MemoryNote.file(run, World.fromEnvironment(System.getenv()).rank());
        Thread.ofPlatform()
                .name("memory-meter")
                .daemon()
                .start(() -> measure(run.resolve("metrics.jsonl"), marks, notes));
        Main.main(List.of(arguments).subList(2, arguments.length).toArray(new String[0]));
    }

    private static void measure(Path curve, List<Long> marks, Path notes) {
        try {
            for (long mark : marks) {
                while (steps(curve) < mark) {
                    Thread.sleep(INTERVAL);
                }
                Files.writeString(
                        notes, note(steps(curve)).line(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            }
        } catch (IOException unreadable) {
            throw new IllegalStateException("the run directory cannot be used", unreadable);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private static MemoryNote note(long step) {
        long heapBytes = LiveHeap.bytes();
        NativeHeap.trim();
        return new MemoryNote(step, ProcessMeter.residentBytes(), heapBytes);
    }

    private static long steps(Path curve) throws IOException {
        if (Files.notExists(curve)) {
            return 0;
        }
        try (var lines = Files.lines(curve)) {
            return lines.count();
        }
    }
}
