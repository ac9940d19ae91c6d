package dev.penstock.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.cli.report.ProgressLine.Display;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressLineTest {

    private static final long LONG_ENOUGH_NANOS = 1_000_000_000;

    private final StringWriter written = new StringWriter();
    private final AtomicLong nanos = new AtomicLong();

    private ProgressLine line(Display display) {
        return new ProgressLine(new PrintWriter(written), display, nanos::get);
    }

    @Test
    void lineIsWrittenOverOnlyOnceAWhileAndLeftEmpty() {
        try (ProgressLine line = line(Display.SHOWN)) {
            line.show(() -> "too early");
            nanos.addAndGet(LONG_ENOUGH_NANOS);
            line.show(() -> "shown");
            line.show(() -> "too soon");
        }

        assertThat(written).hasToString("\r\u001b[Kshown\r\u001b[K");
    }

    @Test
    void aLineThatWouldBeBrokenIsCut() {
        try (ProgressLine line = line(Display.SHOWN)) {
            nanos.addAndGet(LONG_ENOUGH_NANOS);
            line.show(() -> "x".repeat(100));
        }

        assertThat(written).hasToString("\r\u001b[K" + "x".repeat(77) + "…\r\u001b[K");
    }

    @Test
    void nothingIsWrittenWhereThereIsNoTerminal() {
        try (ProgressLine line = line(Display.HIDDEN)) {
            nanos.addAndGet(LONG_ENOUGH_NANOS);
            line.show(() -> "hidden");
        }

        assertThat(written.toString()).isEmpty();
    }
}
