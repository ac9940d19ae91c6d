package dev.penstock.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.cli.report.ProgressLine.Display;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressLineTest {

    private static final long LONG_ENOUGH_NANOS = 1_000_000_000;

    private final StringWriter written = new StringWriter();
    private final AtomicLong nanos = new AtomicLong();

    private ProgressLine line(Display display) {
        return new ProgressLine(
                new PrintWriter(written), display, nanos::get, Executors.newSingleThreadScheduledExecutor());
    }

    @Test
    void lineIsWrittenOverOnlyOnceAWhileAndLeftEmpty() {
        try (ProgressLine line = line(Display.TERMINAL)) {
            line.show(() -> "too early");
            nanos.addAndGet(LONG_ENOUGH_NANOS);
            line.show(() -> "shown");
            line.show(() -> "too soon");
        }

        assertThat(written).hasToString("\r\u001b[Kshown\r\u001b[K");
    }

    @Test
    void aLineThatWouldBeBrokenIsCut() {
        try (ProgressLine line = line(Display.TERMINAL)) {
            nanos.addAndGet(LONG_ENOUGH_NANOS);
            line.show(() -> "x".repeat(100));
        }

        assertThat(written).hasToString("\r\u001b[K" + "x".repeat(77) + "…\r\u001b[K");
    }

    @Test
    void progressIsNotWrittenWhereThereIsNoTerminal() {
        try (ProgressLine line = line(Display.PLAIN)) {
            nanos.addAndGet(LONG_ENOUGH_NANOS);
            line.show(() -> "hidden");
        }

        assertThat(written.toString()).isEmpty();
    }

    private void pass(ProgressLine line, int seconds) {
        for (int second = 0; second < seconds; second++) {
            nanos.addAndGet(LONG_ENOUGH_NANOS);
            line.remind();
        }
    }

    @Test
    void withoutATerminalALongWaitIsSaidEveryFifteenSecondsAndOnceAtItsEnd() {
        try (ProgressLine line = line(Display.PLAIN)) {
            try (ProgressLine.Wait _ = line.waitFor(() -> "the index of s3://a/b")) {
                pass(line, 20);
                line.failed(() -> "object access failed: key=x");
                pass(line, 17);
            }
            pass(line, 60);
        }

        assertThat(written.toString().lines())
                .containsExactly(
                        "penstock: waiting for 15 s: the index of s3://a/b",
                        "penstock: waiting for 30 s: the index of s3://a/b; object access failed: key=x",
                        "penstock: waited 37 s for the index of s3://a/b");
    }

    @Test
    void shortWaitsAreNotSaidHoweverManyThereAre() {
        try (ProgressLine line = line(Display.PLAIN)) {
            for (int batch = 0; batch < 10; batch++) {
                try (ProgressLine.Wait _ = line.waitFor(() -> "a batch")) {
                    pass(line, 14);
                }
            }
        }

        assertThat(written.toString()).isEmpty();
    }

    @Test
    void withoutATerminalFailuresThatMayPassAreSaidSeldom() {
        try (ProgressLine line = line(Display.PLAIN)) {
            for (int second = 0; second < 40; second++) {
                nanos.addAndGet(LONG_ENOUGH_NANOS);
                int attempt = second;
                line.failed(() -> "attempt " + attempt);
            }
        }

        assertThat(written.toString().lines())
                .containsExactly("penstock: waiting: attempt 14", "penstock: waiting: attempt 29");
    }

    @Test
    void onATerminalALongWaitIsWrittenOver() {
        try (ProgressLine line = line(Display.TERMINAL)) {
            try (ProgressLine.Wait _ = line.waitFor(() -> "a batch")) {
                pass(line, 15);
            }
        }

        assertThat(written).hasToString("\r\u001b[Kwaiting for 15 s: a batch\r\u001b[K");
    }
}
