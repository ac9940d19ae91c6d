package dev.penstock.cli.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import jdk.jfr.Event;
import jdk.jfr.Name;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoaderRecordingTest {

    private static final ProfileWindow WINDOW = ProfileWindow.parse("5:7");

    @TempDir
    private Path directory;

    private final AtomicReference<List<RankProgress>> ranks = new AtomicReference<>(List.of());

    /// What the loader does, as far as a recording can tell.
    @Name("dev.penstock.Decode")
    static final class Work extends Event {
        String what = "";
    }

    private static void work(String what) {
        Work work = new Work();
        work.what = what;
        work.commit();
    }

    private void ranksAt(RankProgress... progress) {
        ranks.set(List.of(progress));
    }

    private List<String> recorded() throws IOException {
        return RecordingFile.readAllEvents(directory.resolve("loader.jfr")).stream()
                .filter(event -> event.hasField("what"))
                .map(event -> event.getString("what"))
                .toList();
    }

    private LoaderRecording recording() {
        return new LoaderRecording(WINDOW, directory.resolve("loader.jfr"), ranks::get);
    }

    @Test
    void itHoldsNoMoreOfARunThanTheWindowAndTheLooksAroundIt() throws IOException {
        try (LoaderRecording recording = recording()) {
            work("long before");
            ranksAt(new RankProgress(0, 3), new RankProgress(1, 4));
            recording.look();
            work("before");
            ranksAt(new RankProgress(2, 4), new RankProgress(3, 5));
            recording.look();
            work("within");
            ranksAt(new RankProgress(7, 9), new RankProgress(6, 9));
            recording.look();
            work("still within");
            ranksAt(new RankProgress(7, 9), new RankProgress(7, 9));
            recording.look();
            work("after");
            recording.look();
        }
        assertThat(recorded()).containsExactly("before", "within", "still within");
    }

    @Test
    void aRunThatEndsBetweenTwoLooksIsRecorded() throws IOException {
        try (LoaderRecording recording = recording()) {
            ranksAt(new RankProgress(3, 4));
            recording.look();
            work("within");
            ranksAt();
            recording.look();
        }
        assertThat(recorded()).containsExactly("within");
    }

    @Test
    void aRankThatReachesTheWindowWhileRecordingBeginsAnewLosesNothing() throws IOException {
        ranksAt(new RankProgress(3, 4));
        try (LoaderRecording recording = new LoaderRecording(
                WINDOW, directory.resolve("loader.jfr"), () -> ranks.getAndSet(List.of(new RankProgress(4, 6))))) {
            work("within");
            recording.look();
        }
        assertThat(recorded()).containsExactly("within");
    }
}
