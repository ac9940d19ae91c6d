package dev.penstock.cli.profile;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.RecordingState;

/// A recording of the events of all stages, and of nothing else, in this process.
final class StageRecording {

    /// Without the package `dev.penstock.` in front.
    private static final List<String> STAGES =
            List.of("Fetch", "Decode", "Wait", "Copy", "Forward", "Backward", "Reduce", "Update");

    private StageRecording() {}

    /// Names of the events.
    static List<String> events() {
        return STAGES.stream().map("dev.penstock."::concat).toList();
    }

    /// Begins one; the caller closes it.
    static Recording start() {
        Recording recording = new Recording();
        recording.setName("penstock profile");
        for (String event : events()) {
            recording.enable(event).withThreshold(Duration.ZERO).withoutStackTrace();
        }
        recording.start();
        return recording;
    }

    /// Ends one where it still runs, and writes it: the file, over any that is there, is whole or not there.
    static void write(Recording recording, Path file) {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            if (recording.getState() == RecordingState.RUNNING) {
                recording.stop();
            }
            recording.dump(part);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failed) {
            throw new StoreAccessException(
                    FailureMessage.of("writing a profile").with("file", file).with("found", failed), failed);
        }
    }
}
