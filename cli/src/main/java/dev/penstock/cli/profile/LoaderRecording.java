package dev.penstock.cli.profile;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import jdk.jfr.Recording;
import jdk.jfr.RecordingState;

/// The recording of the stages' events of a process that loads for others, from before the first of its ranks comes to
/// a window to after the last has left it.
///
/// Such a process takes no steps: it looks now and then how far the batches of its ranks have come. What it records is
/// therefore longer than the window, by two looks at most, and is cut where the trace is made.
///
/// ```
/// no rank was given the batch before the window    what was recorded is dropped, and recording begins anew
/// some rank was                                    it goes on
/// all have given back the last of the window       it ends
/// ```
///
/// So a long run before the window takes no room. Nor does it shift times: Flight Recorder reads the time of day when a
/// recording begins and counts ticks from there, in each process for itself.
///
/// Threading: any thread; a thread of its own looks.
public final class LoaderRecording implements AutoCloseable {

    /// What is recorded in so long is little, and what beginning anew costs, a few milliseconds, is less.
    private static final Duration LOOK = Duration.ofSeconds(5);

    private final ProfileWindow window;
    private final Path file;
    private final Supplier<List<RankProgress>> ranks;
    private final ScheduledExecutorService looking;
    private Recording running = StageRecording.start();

    LoaderRecording(ProfileWindow window, Path file, Supplier<List<RankProgress>> ranks) {
        this.window = window;
        this.file = file;
        this.ranks = ranks;
        looking = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("penstock-profile").factory());
    }

    /// Begins before any rank does.
    ///
    /// @param file the recording, over any that is there
    /// @param ranks those that are attached now, in any order
    public static LoaderRecording start(ProfileWindow window, Path file, Supplier<List<RankProgress>> ranks) {
        LoaderRecording recording = new LoaderRecording(window, file, ranks);
        // A look that fails is the last, and the recording then goes on to the end.
        Future<?> _ = recording.looking.scheduleWithFixedDelay(
                recording::look, LOOK.toNanos(), LOOK.toNanos(), TimeUnit.NANOSECONDS);
        return recording;
    }

    /// Where the process that loads for the ranks of a run leaves its recording.
    public static Path file(Path run) {
        return run.resolve("profile-loader.jfr");
    }

    synchronized void look() {
        if (running.getState() != RecordingState.RUNNING) {
            return;
        }
        if (isBefore()) {
            beginAnew();
        } else if (isAfter()) {
            running.stop();
        }
    }

    /// Another look tells whether a rank may have come to the window before the new recording began.
    private void beginAnew() {
        Recording next = StageRecording.start();
        if (isBefore()) {
            running.close();
            running = next;
        } else {
            next.close();
        }
    }

    private boolean isBefore() {
        List<RankProgress> now = ranks.get();
        return !now.isEmpty() && now.stream().allMatch(rank -> rank.announced() < window.first());
    }

    private boolean isAfter() {
        List<RankProgress> now = ranks.get();
        return !now.isEmpty() && now.stream().allMatch(rank -> rank.released() >= window.end());
    }

    /// Ends the recording where it still runs, and writes it.
    @Override
    public synchronized void close() {
        looking.shutdown();
        try (Recording ended = running) {
            StageRecording.write(ended, file);
        }
    }
}
