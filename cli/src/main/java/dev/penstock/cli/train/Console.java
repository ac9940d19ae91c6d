package dev.penstock.cli.train;

import dev.penstock.cli.report.ProgressLine;
import java.io.PrintWriter;
import java.util.function.Supplier;

/// Where a rank talks to whoever started it.
///
/// @param progress where waits that become long are said
public record Console(PrintWriter out, Supplier<ProgressLine> progress) {

    /// Prints a line at once, however the output is buffered.
    void say(String line) {
        out.println(line);
        out.flush();
    }
}
