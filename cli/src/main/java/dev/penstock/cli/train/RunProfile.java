package dev.penstock.cli.train;

import dev.penstock.cli.profile.ChromeTrace;
import dev.penstock.cli.profile.LoaderRecording;
import dev.penstock.cli.profile.ProfileWindow;
import dev.penstock.loader.LoaderConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// The profile of one start of a run: what each process records in the run directory, joined to one trace by the
/// process that outlives the others.
///
/// That is the one that starts the ranks of a host, or rank 0 where a launcher does.
public final class RunProfile {

    private final ProfileWindow window;
    private final RunDirectory directory;

    private RunProfile(ProfileWindow window, RunDirectory directory) {
        this.window = window;
        this.directory = directory;
    }

    /// What is asked for, of a start that is about to begin; empty where that is nothing, or the run goes on after it.
    public static Optional<RunProfile> of(RunSettings settings, LoaderConfig config) {
        long startStep = settings.checkpoints()
                .latest()
                .map(found -> found.state().nextStep())
                .orElse(config.startStep());
        return settings.profile()
                .filter(window -> startStep < window.end())
                .map(window -> new RunProfile(window, settings.directory()));
    }

    /// Records what a daemon in this process does, until the recording is closed.
    public LoaderRecording record(RunDaemon daemon) {
        return LoaderRecording.start(window, directory.loaderProfile(), daemon::progress);
    }

    /// Writes the trace, once every process has written its recording.
    ///
    /// @return a line about it
    public String join(int ranks) {
        SortedMap<Integer, Path> recordings = new TreeMap<>();
        for (int rank = 0; rank < ranks; rank++) {
            recordings.put(rank, directory.profile(rank));
        }
        recordings.values().removeIf(Files::notExists);
        Optional<Path> loader = Optional.of(directory.loaderProfile()).filter(Files::exists);
        ChromeTrace.write(recordings, loader, window, directory.profile());
        return "profile     " + directory.profile() + ", steps " + window + " of " + recordings.size() + " of " + ranks
                + " ranks; open it in ui.perfetto.dev";
    }
}
