package dev.penstock.cli.report;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One line on standard error that is written over as the work goes on; where that is no terminal, a plain line now
/// and then while something is waited for, and one when it has come.
///
/// Threading: any thread. A thread of its own looks whether a wait has become long.
public final class ProgressLine implements AutoCloseable {

    /// Often enough to look alive, seldom enough to cost nothing.
    private static final long INTERVAL_NANOS = Duration.ofMillis(200).toNanos();

    /// Where the kernel says what standard error is; the JDK tells only of standard input and output.
    private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");

    private static final String ERASE_LINE = "\r\u001b[K";

    /// A line that a terminal breaks cannot be written over.
    private static final int LONGEST_TEXT = 78;

    /// Longer than any step should wait, short enough that nobody takes the process for dead; seldom enough for a log.
    private static final long REMINDER_NANOS = Duration.ofSeconds(15).toNanos();

    /// How often it is looked whether a wait has become long.
    private static final Duration LOOK = Duration.ofSeconds(1);

    enum Display {
        TERMINAL,
        PLAIN
    }

    /// Something being waited for; closed when it has come, or failed.
    public final class Wait implements AutoCloseable {

        private final Supplier<String> what;
        private final long beganNanos = nanoClock.getAsLong();
        private boolean said;

        private Wait(Supplier<String> what) {
            this.what = what;
        }

        @Override
        public void close() {
            end(this);
        }
    }

    private final PrintWriter standardError;
    private final Display display;
    private final LongSupplier nanoClock;
    private final ScheduledExecutorService reminders;
    private long shownNanos;
    private long remindedNanos;
    private boolean dirty;
    private @Nullable Wait wait;
    private @Nullable Supplier<String> failure;

    /// @param nanoClock monotonic
    /// @param reminders runs [#remind()]; stopped with the line
    ProgressLine(
            PrintWriter standardError, Display display, LongSupplier nanoClock, ScheduledExecutorService reminders) {
        this.standardError = standardError;
        this.display = display;
        this.nanoClock = nanoClock;
        this.reminders = reminders;
        this.shownNanos = nanoClock.getAsLong();
        this.remindedNanos = shownNanos;
    }

    public static ProgressLine on(PrintWriter standardError) {
        ScheduledExecutorService reminders = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("penstock-progress").factory());
        Display display = isTerminal() ? Display.TERMINAL : Display.PLAIN;
        ProgressLine line = new ProgressLine(standardError, display, System::nanoTime, reminders);
        var _ = reminders.scheduleWithFixedDelay(line::remind, LOOK.toNanos(), LOOK.toNanos(), TimeUnit.NANOSECONDS);
        return line;
    }

    private static boolean isTerminal() {
        try {
            String device = Files.readSymbolicLink(STANDARD_ERROR).toString();
            return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty");
        } catch (IOException notLinux) {
            return false;
        }
    }

    /// Shows the text on a terminal, unless the line changed a moment ago.
    public synchronized void show(Supplier<String> text) {
        long now = nanoClock.getAsLong();
        if (display == Display.PLAIN || now - shownNanos < INTERVAL_NANOS) {
            return;
        }
        shownNanos = now;
        overwrite(text.get());
    }

    private void overwrite(String text) {
        dirty = true;
        standardError.print(ERASE_LINE + shortened(text));
        standardError.flush();
    }

    /// Says from now on what is waited for, whenever that takes long; one wait at a time.
    ///
    /// @param what a noun, asked for on another thread; must not block
    public synchronized Wait waitFor(Supplier<String> what) {
        Wait begun = new Wait(what);
        wait = begun;
        failure = null;
        return begun;
    }

    private synchronized void end(Wait ended) {
        wait = null;
        if (ended.said && display == Display.PLAIN) {
            printLine("waited " + seconds(ended) + " for " + ended.what.get());
        }
    }

    /// Says what keeps the work waiting: on a terminal at once, elsewhere when it was long ago that anything was said.
    public synchronized void failed(Supplier<String> text) {
        failure = text;
        show(() -> "waiting: " + text.get());
        if (display == Display.PLAIN && wait == null && isDue(remindedNanos)) {
            remindedNanos = nanoClock.getAsLong();
            printLine("waiting: " + text.get());
        }
    }

    /// Says what is waited for, if that has become long.
    synchronized void remind() {
        Wait overdue = wait;
        if (overdue == null || !isDue(overdue.beganNanos) || !isDue(remindedNanos)) {
            return;
        }
        remindedNanos = nanoClock.getAsLong();
        overdue.said = true;
        String text = "waiting for " + seconds(overdue) + ": " + overdue.what.get()
                + (failure == null ? "" : "; " + failure.get());
        if (display == Display.TERMINAL) {
            overwrite(text);
        } else {
            printLine(text);
        }
    }

    private boolean isDue(long sinceNanos) {
        return nanoClock.getAsLong() - sinceNanos >= REMINDER_NANOS;
    }

    private String seconds(Wait waited) {
        return Amounts.format("%,.0f s", Amounts.seconds(nanoClock.getAsLong() - waited.beganNanos));
    }

    private void printLine(String text) {
        standardError.println("penstock: " + text);
        standardError.flush();
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

    /// Leaves an empty line behind on a terminal.
    @Override
    public synchronized void close() {
        reminders.shutdownNow();
        if (dirty) {
            standardError.print(ERASE_LINE);
            standardError.flush();
        }
    }
}
