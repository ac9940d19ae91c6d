package dev.penstock.cli.profile;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import jdk.jfr.Recording;
import org.jspecify.annotations.Nullable;

/// The recording of the stages' events of one process, from before the first step of a window to after its last.
///
/// What was under way when the window began, or still is when it ends, is not in it: an event is recorded by a stage
/// that sees both of its ends. The recording is a file that JDK Mission Control opens; it is whole or not there.
///
/// Threading: confined to the thread whose steps are counted.
public final class WindowRecording implements AutoCloseable {

    /// Without the package `dev.penstock.` in front.
    static final List<String> STAGES =
            List.of("Fetch", "Decode", "Wait", "Copy", "Forward", "Backward", "Reduce", "Update");

    private final Optional<ProfileWindow> window;
    private final Path file;
    private @Nullable Recording running;

    /// @param window to record; empty records nothing
    /// @param file the recording, over any that is there
    public WindowRecording(Optional<ProfileWindow> window, Path file) {
        this.window = window;
        this.file = file;
    }

    /// Where a rank of a run leaves its recording.
    public static Path file(Path run, int rank) {
        return run.resolve("profile-rank-" + rank + ".jfr");
    }

    /// Says that everything from here on belongs to `step`, until it is told the next one.
    public void beforeStep(long step) {
        boolean wanted = window.filter(steps -> steps.contains(step)).isPresent();
        if (wanted && running == null) {
            running = start();
        } else if (!wanted) {
            close();
        }
    }

    private Recording start() {
        Recording recording = new Recording();
        recording.setName("penstock profile");
        for (String stage : STAGES) {
            recording.enable(name(stage)).withThreshold(Duration.ZERO).withoutStackTrace();
        }
        recording.start();
        return recording;
    }

    static String name(String stage) {
        return "dev.penstock." + stage;
    }

    /// Ends the recording where one runs, and writes it.
    @Override
    public void close() {
        if (running == null) {
            return;
        }
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try (Recording ended = running) {
            running = null;
            ended.stop();
            ended.dump(part);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failed) {
            throw new StoreAccessException(
                    FailureMessage.of("writing a profile").with("file", file).with("found", failed), failed);
        }
    }
}
