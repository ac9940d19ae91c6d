package dev.penstock.cli.train;

import dev.penstock.cli.profile.ChromeTrace;
import dev.penstock.cli.profile.ProfileWindow;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;

/// What rank 0 makes of the recordings that all ranks left in the run directory: one trace, and a line about it.
final class RunProfile {

    private RunProfile() {}

    /// Writes the trace, once every rank has written its recording; of a run that began after the window it says so.
    static void write(ProfileWindow window, RunDirectory run, int ranks, long startStep, PrintWriter out) {
        window.lackingFrom(startStep).ifPresent(out::println);
        if (startStep < window.end()) {
            SortedMap<Integer, Path> recordings = new TreeMap<>();
            for (int rank = 0; rank < ranks; rank++) {
                recordings.put(rank, run.profile(rank));
            }
            recordings.values().removeIf(Files::notExists);
            ChromeTrace.write(recordings, window, run.profile());
            out.println("profile     " + run.profile() + ", steps " + window + " of " + recordings.size() + " of "
                    + ranks + " ranks; open it in ui.perfetto.dev");
        }
        out.flush();
    }
}
