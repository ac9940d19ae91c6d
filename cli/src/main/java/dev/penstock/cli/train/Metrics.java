package dev.penstock.cli.train;

import dev.penstock.cli.report.LineFile;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import dev.penstock.trainer.StepResult;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/// The loss curve of a run: a JSON line per step. Nothing in it depends on time, so equal runs have equal files.
final class Metrics implements AutoCloseable {

    /// A single step's loss is noisy; the mean of so many at the end is what a run has reached.
    private static final int LAST_STEPS = 10;

    private static final JsonMapper JSON = new JsonMapper();

    /// One step, over all ranks.
    ///
    /// @param loss mean in nats per predicted token, before the update
    /// @param tokens predicted
    /// @param lr learning rate
    /// @param gradientNorm before clipping
    private record Line(long step, double loss, long tokens, double lr, double gradientNorm) {}

    /// Where the curve begins and ends.
    ///
    /// @param first loss of the first step
    /// @param last mean loss of the last steps
    /// @param steps in the curve
    record Curve(double first, double last, int steps) {}

    /// Of a disk that is full for hours; a line has about a hundred bytes.
    private static final int MOST_UNWRITTEN_LINES = 10_000;

    private final LineFile file;
    private final Deque<ByteBuffer> unwritten = new ArrayDeque<>();

    Metrics(LineFile file) {
        this.file = file;
    }

    /// Adds a line. What a full disk refuses is kept for the next time.
    void write(StepResult result) {
        Line line = new Line(
                result.step(), result.loss(), result.targetCount(), result.learningRate(), result.gradientNorm());
        unwritten.add(ByteBuffer.wrap((JSON.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8)));
        try {
            writeAll();
        } catch (StoreAccessException refused) {
            if (unwritten.size() > MOST_UNWRITTEN_LINES) {
                throw refused;
            }
        }
    }

    /// A buffer remembers how much of it is written, so a line that was cut short is completed.
    private void writeAll() {
        while (!unwritten.isEmpty()) {
            file.write(unwritten.getFirst());
            unwritten.removeFirst();
        }
    }

    /// Reads a curve; steps without a finite loss count, and are not in a mean. Of a run without any other, the losses
    /// are NaN.
    static Curve curve(Path file) {
        try {
            List<Line> lines = Files.readAllLines(file).stream()
                    .map(text -> JSON.readValue(text, Line.class))
                    .toList();
            double[] losses = lines.stream()
                    .mapToDouble(Line::loss)
                    .filter(Double::isFinite)
                    .toArray();
            double last = Arrays.stream(losses)
                    .skip(Math.max(0, losses.length - LAST_STEPS))
                    .average()
                    .orElse(Double.NaN);
            return new Curve(losses.length == 0 ? Double.NaN : losses[0], last, lines.size());
        } catch (IOException unreadable) {
            throw new StoreAccessException(
                    FailureMessage.of("reading metrics").with("file", file).with("found", unreadable), unreadable);
        }
    }

    @Override
    public void close() {
        try (file) {
            writeAll();
        }
    }
}
