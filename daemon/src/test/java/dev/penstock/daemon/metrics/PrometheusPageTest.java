package dev.penstock.daemon.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.batch.Batch;
import dev.penstock.daemon.client.ReconnectPolicy;
import dev.penstock.daemon.client.RemoteLoader;
import dev.penstock.daemon.protocol.AttachRequest;
import dev.penstock.daemon.server.Daemon;
import dev.penstock.daemon.server.TestDaemon;
import dev.penstock.loader.BatchIterator;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The page of a real daemon.
@Timeout(60)
class PrometheusPageTest {

    private static final String HOSTILE = "a \"job\"\\\n\u001b[2J";
    private static final String ESCAPED = "a \\\"job\\\"\\\\\\n\u001b[2J";

    @TempDir
    private Path scratch;

    private Path socket;
    private String uri;
    private Daemon daemon;
    private PrometheusPage page;

    @BeforeEach
    void serve() {
        socket = scratch.resolve("socket");
        uri = TestDaemon.dataset(scratch);
        daemon = TestDaemon.open(socket);
        page = new PrometheusPage(daemon::snapshot);
    }

    @AfterEach
    void close() {
        page.close();
        daemon.close();
    }

    private RemoteLoader attach(String job, String seed) {
        return RemoteLoader.attach(
                socket,
                AttachRequest.of(job, uri, Map.of("seed", seed, "batch", "5", "epochs", "2")),
                ReconnectPolicy.never());
    }

    private PageText scrape() {
        return PageText.parse(page.scrape());
    }

    @Test
    void aDaemonWithoutJobsHasAPage() {
        assertThat(scrape().value("penstock_daemon_jobs")).isZero();
        assertThat(scrape().value("penstock_cache_capacity_bytes{tier=\"ram\"}"))
                .isPositive();
    }

    @Test
    void whateverGrowsOnlyGrowsFromPageToPage() {
        try (RemoteLoader one = attach("one", "1");
                RemoteLoader two = attach("two", "2");
                BatchIterator first = one.iterator();
                BatchIterator second = two.iterator()) {
            PageText before = scrape();
            assertThat(before.value("penstock_daemon_jobs")).isEqualTo(2);
            assertThat(before.value("penstock_daemon_streams")).isEqualTo(2);
            while (first.hasNext()) {
                first.next().close();
                second.next().close();
                PageText now = scrape();
                assertThat(now.values().keySet()).containsAll(before.values().keySet());
                PageText earlier = before;
                earlier.values().forEach((series, value) -> {
                    if (earlier.isCounter(series)) {
                        assertThat(now.value(series)).as(series).isGreaterThanOrEqualTo(value);
                    }
                });
                before = now;
            }
            assertThat(before.value("penstock_client_samples_total{job=\"one\",rank=\"0\"}"))
                    .isEqualTo(2 * 53);
            assertThat(before.values().keySet())
                    .filteredOn(series -> series.startsWith("penstock_origin_useful_bytes_total"))
                    .hasSize(2)
                    .allSatisfy(series -> assertThat(scrape().value(series)).isPositive());
        }
    }

    @Test
    void whatIsGoneIsOnNoPageAndWhatComesIs() {
        try (RemoteLoader stays = attach("stays", "1");
                BatchIterator batches = stays.iterator()) {
            batches.next().close();
            try (RemoteLoader leaves = attach("leaves", "2");
                    BatchIterator others = leaves.iterator()) {
                others.next().close();
                assertThat(page.scrape()).contains("job=\"leaves\"", "stream=\"0\"", "stream=\"1\"");
            }
            while (daemon.snapshot().streams().size() > 1
                    || daemon.snapshot().jobs().size() > 1) {
                Thread.onSpinWait();
            }
            assertThat(page.scrape())
                    .contains("job=\"stays\"", "stream=\"0\"")
                    .doesNotContain("job=\"leaves\"", "stream=\"1\"");
            try (RemoteLoader next = attach("next", "3")) {
                assertThat(next.attached().batchSize()).isEqualTo(5);
                assertThat(page.scrape()).contains("job=\"next\"", "stream=\"1\"");
            }
        }
    }

    @Test
    void aHostileNameStaysInItsQuotes() {
        try (RemoteLoader loader = attach(HOSTILE, "1");
                BatchIterator batches = loader.iterator()) {
            Batch held = batches.next();

            assertThat(scrape().value("penstock_client_held_batches{job=\"" + ESCAPED + "\",rank=\"0\"}"))
                    .isPositive();
            held.close();
        }
    }
}
