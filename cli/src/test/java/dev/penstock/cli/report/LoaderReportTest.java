package dev.penstock.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LoaderReportTest {

    private static final LoaderReport ONE = new LoaderReport(1000, 10, 100, 4000, 1.0, List.of(10L, 0L), 2, 3, 4, 5, 6);
    private static final LoaderReport OTHER =
            new LoaderReport(2000, 30, 200, 8000, 1.2, List.of(0L, 200L), 20, 30, 40, 50, 60);

    @Test
    void ranksSideBySideAddUpExceptForTimeAndTheLongestWait() {
        LoaderReport both = new LoaderReport(2000, 40, 300, 12000, 1.15, List.of(0L, 200L), 22, 33, 44, 55, 66);

        assertThat(ONE.beside(OTHER)).isEqualTo(both);
        assertThat(OTHER.beside(ONE)).isEqualTo(both);
        assertThat(both.fedShare()).isEqualTo(0.9);
    }
}
