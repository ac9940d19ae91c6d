package dev.penstock.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LoaderReportTest {

    private static final LoaderReport ONE =
            new LoaderReport(1000, 10, 100, 4000, 1.0, List.of(10L, 0L, 0L, 0L), 2, 3, 4, 5, 6, 70, 100, 3);
    private static final LoaderReport OTHER =
            new LoaderReport(2000, 30, 200, 8000, 1.2, List.of(0L, 200L, 0L, 0L), 20, 30, 40, 50, 60, 100, 100, 0);

    @Test
    void ranksSideBySideAddUpExceptForTimeAndTheLongestWait() {
        LoaderReport both = new LoaderReport(
                2000, 40, 300, 12000, 1.15, List.of(0L, 200L, 0L, 0L), 22, 33, 44, 55, 66, 170, 200, 3);

        assertThat(ONE.beside(OTHER)).isEqualTo(both);
        assertThat(OTHER.beside(ONE)).isEqualTo(both);
        assertThat(both.fedShare()).isEqualTo(0.9);
    }

    @Test
    void aCacheThatIsNotFullYetSaysWhatIsMissingAndHowLongThatTakes() {
        assertThat(ONE.lines()).last().isEqualTo("warm-up     70 B of 100 B cached, 10 s to go");
        assertThat(metric(ONE, "warm_bytes")).isEqualTo(70);
        assertThat(metric(ONE, "warm_target_bytes")).isEqualTo(100);
        assertThat(metric(ONE, "warm_eta_s")).isEqualTo(10);

        assertThat(OTHER.lines()).noneMatch(line -> line.startsWith("warm-up"));
        assertThat(metric(OTHER, "warm_eta_s")).isZero();
    }

    private static double metric(LoaderReport report, String name) {
        return report.rows().stream()
                .filter(row -> row.metric().equals(name))
                .findFirst()
                .orElseThrow()
                .value();
    }
}
