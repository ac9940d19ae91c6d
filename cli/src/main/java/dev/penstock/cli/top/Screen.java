package dev.penstock.cli.top;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;

/// Where frames are shown: over each other on a terminal, one after the other elsewhere.
///
/// On a terminal the frames have a screen of their own; closing brings back what was there. Threading: one thread
/// shows, any closes.
public final class Screen implements AutoCloseable {

    private static final String ENTER = "\u001b[?1049h\u001b[?25l";
    private static final String LEAVE = "\u001b[?25h\u001b[?1049l";
    private static final String HOME = "\u001b[H";
    private static final String ERASE_LINE = "\u001b[K";
    private static final String ERASE_BELOW = "\u001b[J";

    /// Where lines may be as long as they are.
    private static final int WITHOUT_TERMINAL = 200;

    private final PrintWriter out;
    private final boolean drawn;
    private boolean closed;

    private Screen(PrintWriter out, boolean drawn) {
        this.out = out;
        this.drawn = drawn;
    }

    /// Frames over each other, on a terminal.
    public static Screen over(PrintWriter out) {
        out.print(ENTER);
        return new Screen(out, true);
    }

    /// Frames one after the other, without escape codes.
    public static Screen below(PrintWriter out) {
        return new Screen(out, false);
    }

    /// Shows a frame; false when nobody sees it any more, because the reader of a pipe is gone.
    ///
    /// @param size of the terminal now; empty for none
    public synchronized boolean show(Frame frame, Optional<TerminalSize> size) {
        if (closed) {
            return false;
        }
        List<String> lines = frame.lines(size.map(TerminalSize::columns).orElse(WITHOUT_TERMINAL));
        if (drawn) {
            // The cursor stands below the last line, which would scroll.
            int rows = Math.max(1, size.map(TerminalSize::rows).orElse(lines.size() + 1) - 1);
            out.print(HOME);
            lines.stream().limit(rows).forEach(line -> out.print(line + ERASE_LINE + "\n"));
            out.print(ERASE_BELOW);
        } else {
            lines.forEach(out::println);
            out.println();
        }
        return !out.checkError();
    }

    @Override
    public synchronized void close() {
        if (drawn && !closed) {
            out.print(LEAVE);
            out.flush();
        }
        closed = true;
    }
}
