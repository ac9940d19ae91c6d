package dev.penstock.cli.report;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// One line on standard error that is written over as the work goes on; nothing at all where that is no terminal.
///
/// Threading: any thread.
public final class ProgressLine implements AutoCloseable {

    /// Often enough to look alive, seldom enough to cost nothing.
    private static final long INTERVAL_NANOS = Duration.ofMillis(200).toNanos();

    /// Where the kernel says what standard error is; the JDK tells only of standard input and output.
    private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");

    private static final String ERASE_LINE = "\r\u001b[K";

    /// A line that a terminal breaks cannot be written over.
    private static final int LONGEST_TEXT = 78;

    enum Display {
        SHOWN,
        HIDDEN
    }

    private final PrintWriter terminal;
    private final Display display;
    private final LongSupplier nanoClock;
    private long lastNanos;
    private boolean dirty;

    /// @param nanoClock monotonic
    ProgressLine(PrintWriter terminal, Display display, LongSupplier nanoClock) {
        this.terminal = terminal;
        this.display = display;
        this.nanoClock = nanoClock;
        this.lastNanos = nanoClock.getAsLong();
    }

    public static ProgressLine onTerminal(PrintWriter standardError) {
        return new ProgressLine(standardError, isTerminal() ? Display.SHOWN : Display.HIDDEN, System::nanoTime);
    }

    private static boolean isTerminal() {
        try {
            String device = Files.readSymbolicLink(STANDARD_ERROR).toString();
            return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty");
        } catch (IOException notLinux) {
            return false;
        }
    }

    /// Shows the text, unless the line changed a moment ago.
    public synchronized void show(Supplier<String> text) {
        long now = nanoClock.getAsLong();
        if (display == Display.HIDDEN || now - lastNanos < INTERVAL_NANOS) {
            return;
        }
        lastNanos = now;
        dirty = true;
        terminal.print(ERASE_LINE + shortened(text.get()));
        terminal.flush();
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT - 1) + "…";
    }

    /// Shows a running sum of bytes behind what is being done.
    public LongConsumer counting(String what) {
        AtomicLong done = new AtomicLong();
        return bytes -> {
            long sum = done.addAndGet(bytes);
            show(() -> what + " " + Amounts.bytes(sum));
        };
    }

    /// Leaves an empty line behind.
    @Override
    public synchronized void close() {
        if (dirty) {
            terminal.print(ERASE_LINE);
            terminal.flush();
        }
    }
}
