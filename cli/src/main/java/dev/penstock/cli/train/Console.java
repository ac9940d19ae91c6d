package dev.penstock.cli.train;

import dev.penstock.cli.report.ProgressLine;
import dev.penstock.error.PenstockException;
import java.io.PrintWriter;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Where a rank talks to whoever started it.
///
/// @param progress where waits that become long are said
/// @param ending says a failure and ends the process, whatever its other threads are at
public record Console(PrintWriter out, Supplier<ProgressLine> progress, Consumer<PenstockException> ending) {

    /// Prints a line at once, however the output is buffered.
    void say(String line) {
        out.println(line);
        out.flush();
    }
}
