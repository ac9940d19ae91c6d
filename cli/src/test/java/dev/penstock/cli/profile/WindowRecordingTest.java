package dev.penstock.cli.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WindowRecordingTest {

    private static final ProfileWindow WINDOW = ProfileWindow.parse("5:7");

    @TempDir
    private Path directory;

    private Path file() {
        return directory.resolve("window.jfr");
    }

    @Test
    void theRecordingIsThereOnceTheWindowHasEnded() {
        try (WindowRecording recording = new WindowRecording(Optional.of(WINDOW), file())) {
            recording.beforeStep(5);
            recording.beforeStep(6);
            assertThat(file()).doesNotExist();
            recording.beforeStep(7);
            assertThat(file()).isNotEmptyFile();
        }
    }

    @Test
    void aRunThatBeginsWithinTheWindowRecordsTheRestOfIt() {
        try (WindowRecording recording = new WindowRecording(Optional.of(WINDOW), file())) {
            recording.beforeStep(6);
        }
        assertThat(file()).isNotEmptyFile();
        assertThat(WINDOW.lackingFrom(5)).isEmpty();
        assertThat(WINDOW.lackingFrom(6)).hasValue("the profile of steps 5:7 begins at step 6, where the run goes on");
        assertThat(WINDOW.lackingFrom(7)).hasValue("no profile: the run goes on at step 7, after the window 5:7");
    }

    @Test
    void stepsOutsideOfTheWindowRecordNothing() {
        try (WindowRecording recording = new WindowRecording(Optional.of(WINDOW), file());
                WindowRecording none = new WindowRecording(Optional.empty(), directory.resolve("none.jfr"))) {
            recording.beforeStep(4);
            recording.beforeStep(7);
            none.beforeStep(5);
        }
        assertThat(directory).isEmptyDirectory();
    }
}
