package dev.penstock.trainer.record;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Event files that TensorBoard opens: `tensorboard --logdir DIR`.
///
/// Every start of a run writes a file of its own, which begins by telling readers to forget the steps that are now
/// trained again. So a resumed run is one curve without a step twice.
public final class TensorBoardEvents implements MetricSink {

    /// Readers take the files of a directory in order of name, which is therefore that of the seconds in it.
    private static final Pattern NAME = Pattern.compile("events\\.out\\.tfevents\\.(\\d{10})\\..*");

    private final EventFile file;
    private final Clock clock;
    private long delivered;
    private long missing;
    private long nextStep;
    private Optional<String> failure = Optional.empty();

    private TensorBoardEvents(EventFile file, Clock clock, long startStep) {
        this.file = file;
        this.clock = clock;
        this.nextStep = startStep;
    }

    /// Begins the next file of a directory.
    ///
    /// @param startStep first step that will be recorded; those from it on in earlier files are void
    public static TensorBoardEvents start(Path directory, long startStep, Clock clock) {
        try {
            Files.createDirectories(directory);
            long seconds = Math.max(clock.instant().getEpochSecond(), latest(directory) + 1);
            String name = "events.out.tfevents.%010d.penstock.%d.0"
                    .formatted(seconds, ProcessHandle.current().pid());
            EventFile file = new EventFile(directory.resolve(name));
            file.append(EventEncoding.version(clock.millis()));
            file.append(EventEncoding.session(clock.millis(), startStep, EventEncoding.Status.START));
            return new TensorBoardEvents(file, clock, startStep);
        } catch (IOException refused) {
            throw new StoreAccessException(
                    FailureMessage.of("starting an event file")
                            .with("directory", directory)
                            .with("found", refused),
                    refused);
        }
    }

    private static long latest(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> NAME.matcher(file.getFileName().toString()))
                    .filter(Matcher::matches)
                    .mapToLong(name -> Long.parseLong(name.group(1)))
                    .max()
                    .orElse(0);
        }
    }

    @Override
    public String name() {
        return "tensorboard";
    }

    @Override
    public void record(StepMetrics metrics) {
        nextStep = metrics.step() + 1;
        if (append(EventEncoding.scalars(metrics))) {
            delivered++;
        } else {
            missing++;
        }
    }

    @Override
    public void complete() {
        append(EventEncoding.session(clock.millis(), nextStep, EventEncoding.Status.STOP));
    }

    private boolean append(ProtobufMessage message) {
        try {
            file.append(message);
            return true;
        } catch (IOException failed) {
            failure = Optional.of(failed.toString());
            return false;
        }
    }

    @Override
    public SinkCounters counters() {
        return new SinkCounters(delivered, missing, failure);
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException failed) {
            failure = Optional.of(failed.toString());
        }
    }
}
