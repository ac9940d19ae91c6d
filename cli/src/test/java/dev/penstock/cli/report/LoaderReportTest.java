package dev.penstock.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.penstock.fetch.FetchCounters;
import dev.penstock.tier.TierCounters;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoaderReportTest {

    private static final LoaderReport ONE = new LoaderReport(
            1000, 10, 100, 4000, 1000, 1.0, List.of(0L, 0L, 10L, 0L), 2, tiers(1), fetched(1), 4, 70, 100, 3);
    private static final LoaderReport OTHER = new LoaderReport(
            2000, 30, 200, 8000, 2000, 1.2, List.of(0L, 0L, 200L, 0L), 20, tiers(10), fetched(10), 40, 100, 100, 0);

    private static TierCounters tiers(long count) {
        return new TierCounters(
                20 * count,
                21 * count,
                22 * count,
                23 * count,
                24 * count,
                25 * count,
                26 * count,
                27 * count,
                28 * count,
                29 * count,
                30 * count,
                31 * count,
                32 * count,
                33 * count,
                34 * count);
    }

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
        LoaderReport both = new LoaderReport(
                2000,
                40,
                300,
                12000,
                3000,
                1.15,
                List.of(0L, 0L, 200L, 0L),
                22,
                tiers(11),
                fetched(11),
                44,
                170,
                200,
                3);

        assertThat(ONE.beside(OTHER)).isEqualTo(both);
        assertThat(OTHER.beside(ONE)).isEqualTo(both);
        assertThat(both.fedShare()).isEqualTo(0.9);
        assertThat(both.paddingShare()).isEqualTo(0.2, within(1e-12));
    }

    @Test
    void originIsShownWithWhatWentWrongThere() {
        assertThat(ONE.lines())
                .contains(
                        "origin      7 requests, 4 of them for the index, brought 2.000 times the bytes wanted; 5 hedges, of which 6 won;"
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

    @Test
    void everyCounterOfTheTiersIsReported() {
        assertThat(ONE.rows())
                .extracting(Row::metric, Row::value)
                .contains(
                        tuple("ram_hits", 20.0),
                        tuple("ram_misses", 21.0),
                        tuple("ram_prefetches", 22.0),
                        tuple("ram_evictions", 23.0),
                        tuple("failed_loads", 24.0),
                        tuple("disk_hits", 25.0),
                        tuple("disk_bytes", 26.0),
                        tuple("disk_misses", 27.0),
                        tuple("disk_writes", 28.0),
                        tuple("disk_write_bytes", 29.0),
                        tuple("disk_evictions", 30.0),
                        tuple("disk_bypasses", 31.0),
                        tuple("disk_damaged_blocks", 32.0 + 33.0),
                        tuple("disk_write_failures", 34.0),
                        tuple("origin_requests", 3.0 + 4.0),
                        tuple("index_requests", 4.0));
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
