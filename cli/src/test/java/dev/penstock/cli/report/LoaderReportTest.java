package dev.penstock.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.penstock.fetch.FetchCounters;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoaderReportTest {

    private static final LoaderReport ONE =
            new LoaderReport(1000, 10, 100, 4000, 1.0, List.of(10L, 0L), 2, 3, 4, 5, fetched(1));
    private static final LoaderReport OTHER =
            new LoaderReport(2000, 30, 200, 8000, 1.2, List.of(0L, 200L), 20, 30, 40, 50, fetched(10));

    private static FetchCounters fetched(long count) {
        return new FetchCounters(
                count,
                2 * count,
                3 * count,
                4 * count,
                5 * count,
                6 * count,
                7 * count,
                8 * count,
                9 * count,
                10 * count,
                11 * count,
                12 * count,
                (int) (13 * count));
    }

    @Test
    void ranksSideBySideAddUpExceptForTimeAndTheLongestWait() {
        LoaderReport both = new LoaderReport(2000, 40, 300, 12000, 1.15, List.of(0L, 200L), 22, 33, 44, 55, fetched(11));

        assertThat(ONE.beside(OTHER)).isEqualTo(both);
        assertThat(OTHER.beside(ONE)).isEqualTo(both);
        assertThat(both.fedShare()).isEqualTo(0.9);
    }

    @Test
    void originIsShownWithWhatWentWrongThere() {
        assertThat(ONE.lines())
                .contains("origin      3 requests brought 2.000 times the bytes wanted; 5 hedges, of which 6 won;"
                        + " 9 retries; throttled 10 times; 11 corrupt blocks fetched again");
        assertThat(ONE.rows())
                .extracting(Row::metric, Row::value)
                .contains(
                        tuple("origin_bytes", 2.0),
                        tuple("wire_over_useful", 2.0),
                        tuple("hedges", 5.0),
                        tuple("retries", 9.0),
                        tuple("throttles", 10.0),
                        tuple("corrupt_refetched", 11.0));
    }
}
