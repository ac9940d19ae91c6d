package dev.penstock.cli.top;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.daemon.stats.ClientStats;
import dev.penstock.daemon.stats.DaemonStats;
import dev.penstock.daemon.stats.JobStats;
import dev.penstock.daemon.stats.SlotStats;
import dev.penstock.daemon.stats.WaitsFor;
import dev.penstock.tier.CacheUse;
import dev.penstock.tier.TierUse;
import dev.penstock.tier.WarmUp;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FrameTest {

    private static ClientStats client(int seconds, long samples, int hungrySeconds) {
        return new ClientStats(
                OptionalInt.of(0),
                OptionalInt.empty(),
                samples / 10,
                Duration.ofSeconds(seconds),
                samples / 10,
                samples,
                samples * 1_000_000,
                2,
                4,
                0,
                Duration.ofSeconds(hungrySeconds),
                WaitsFor.TRAINER);
    }

    private static DaemonStats daemon(int seconds, String job, ClientStats... clients) {
        List<ClientStats> all = List.of(clients);
        return new DaemonStats(
                7,
                Duration.ofSeconds(seconds),
                List.of(JobStats.of(job, List.of(0), OptionalLong.empty(), all)),
                List.of(),
                new SlotStats(0, 1),
                new CacheUse(new TierUse(0, 1 << 20), Optional.of(new TierUse(0, 1 << 30))),
                new WarmUp(0, 0, 0));
    }

    private static String row(Optional<DaemonStats> before, DaemonStats now) {
        return new Frame(before, now).lines(200).getLast();
    }

    @Test
    void ratesAreOfTheTimeBetweenTwoLooksAndOfAllTimeAtFirst() {
        DaemonStats before = daemon(100, "a", client(10, 1000, 5));
        DaemonStats now = daemon(102, "a", client(12, 1400, 6));

        assertThat(row(Optional.empty(), before)).matches("a .* 100 +100\\.0 .* 50\\.0 % +trainer");
        assertThat(row(Optional.of(before), now)).matches("a .* 200 +200\\.0 .* 50\\.0 % +trainer");
    }

    @Test
    void aClientThatAttachedAnewIsNotComparedWithTheOneBefore() {
        DaemonStats before = daemon(100, "a", client(10, 1000, 0));
        DaemonStats now = daemon(102, "a", client(1, 30, 0));

        assertThat(row(Optional.of(before), now)).matches("a .* 30 +30\\.0 .*");
    }

    @Test
    void noLineIsWiderThanTheTerminalAndWhatMattersStays() {
        DaemonStats now = daemon(1, "job-with-a-long-name-that-nobody-needs-to-see-whole", client(1, 10, 0));
        for (int columns = 1; columns < 200; columns++) {
            int most = columns;
            assertThat(new Frame(Optional.empty(), now).lines(columns))
                    .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(most));
        }
        assertThat(new Frame(Optional.empty(), now).lines(40).getLast())
                .startsWith("job-with-")
                .endsWith("trainer");
    }

    @Test
    void namesCannotSteerTheTerminal() {
        String all = IntStream.rangeClosed(0, 0x2fff)
                .filter(point ->
                        Character.getType(point) == Character.CONTROL || Character.getType(point) == Character.FORMAT)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();

        assertThat(Shown.in(all.length(), all)).matches("\\?+");
        assertThat(Shown.in(6, "日本語日本語")).isEqualTo("日本語");
        assertThat(Shown.in(5, "日本語")).isEqualTo("日本 ");
    }

    @Test
    void aTerminalIsDrawnOverAndGivenBackAsItWas() {
        StringWriter drawn = new StringWriter();
        Frame frame = new Frame(Optional.empty(), daemon(1, "a", client(1, 10, 0)));
        try (Screen screen = Screen.over(new PrintWriter(drawn))) {
            assertThat(screen.show(frame, Optional.of(new TerminalSize(30, 5)))).isTrue();
            assertThat(drawn.toString()).startsWith("\u001b[?1049h").containsOnlyOnce("\u001b[H");
            assertThat(drawn.toString().lines()).hasSize(5);
        }
        assertThat(drawn.toString()).endsWith("\u001b[?1049l");
    }

    @Test
    void elsewhereFramesAreTextAlone() {
        StringWriter written = new StringWriter();
        Frame frame = new Frame(Optional.empty(), daemon(1, "a\u001b[2J", client(1, 10, 0)));
        try (Screen screen = Screen.below(new PrintWriter(written))) {
            assertThat(screen.show(frame, Optional.empty())).isTrue();
            assertThat(screen.show(frame, Optional.empty())).isTrue();
        }
        assertThat(written.toString()).doesNotContain("\u001b").containsSubsequence("penstock 7", "penstock 7");
    }
}
