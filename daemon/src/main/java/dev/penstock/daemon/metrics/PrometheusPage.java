package dev.penstock.daemon.metrics;

import dev.penstock.daemon.stats.DaemonStats;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.function.Supplier;

/// A daemon's metrics in the text format of Prometheus.
///
/// Each page is of one moment: a snapshot is taken, meters of clients and streams that are gone are removed, and what
/// is left shows the snapshot. Threading: any thread; scrapes come one after the other. Ownership: the opener closes.
public final class PrometheusPage implements AutoCloseable {

    private final Supplier<DaemonStats> daemon;
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final DaemonMeters meters;

    /// @param daemon its state now, such as
    ///     [Daemon#snapshot()][dev.penstock.daemon.server.Daemon#snapshot()]
    public PrometheusPage(Supplier<DaemonStats> daemon) {
        this.daemon = daemon;
        this.meters = new DaemonMeters(registry, daemon.get());
    }

    /// The page as of now, in version 0.0.4 of the format (`text/plain`).
    public synchronized String scrape() {
        meters.show(daemon.get());
        return registry.scrape();
    }

    @Override
    public void close() {
        registry.close();
    }
}
