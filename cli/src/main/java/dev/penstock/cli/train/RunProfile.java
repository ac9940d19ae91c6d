package dev.penstock.cli.train;

import dev.penstock.cli.profile.ChromeTrace;
import dev.penstock.cli.profile.ProfileWindow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;

/// What rank 0 makes of the recordings that all ranks left in the run directory: one trace, and a line about it.
record RunProfile(ProfileWindow window, RunDirectory directory) {

    /// Writes the trace, once every rank has written its recording; of a run that began after the window it says so.
    void write(int ranks, long startStep, Console console) {
        window.lackingFrom(startStep).ifPresent(console::say);
        if (startStep >= window.end()) {
            return;
        }
        SortedMap<Integer, Path> recordings = new TreeMap<>();
        for (int rank = 0; rank < ranks; rank++) {
            recordings.put(rank, directory.profile(rank));
        }
        recordings.values().removeIf(Files::notExists);
        ChromeTrace.write(recordings, window, directory.profile());
        console.say("profile     " + directory.profile() + ", steps " + window + " of " + recordings.size() + " of "
                + ranks + " ranks; open it in ui.perfetto.dev");
    }
}
