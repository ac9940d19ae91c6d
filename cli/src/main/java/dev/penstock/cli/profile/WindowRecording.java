package dev.penstock.cli.profile;

import java.nio.file.Path;
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
            running = StageRecording.start();
        } else if (!wanted) {
            close();
        }
    }

    /// Ends the recording where one runs, and writes it.
    @Override
    public void close() {
        if (running == null) {
            return;
        }
        try (Recording ended = running) {
            running = null;
            StageRecording.write(ended, file);
        }
    }
}
