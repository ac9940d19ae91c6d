package dev.penstock.cli;

import dev.penstock.cli.option.AttachOptions;
import dev.penstock.cli.option.CacheOptions;
import dev.penstock.cli.option.CommonOptions;
import dev.penstock.cli.option.ServeOptions;
import dev.penstock.cli.report.Amounts;
import dev.penstock.daemon.http.HttpConfig;
import dev.penstock.daemon.http.HttpEndpoint;
import dev.penstock.daemon.metrics.PrometheusPage;
import dev.penstock.daemon.server.Daemon;
import dev.penstock.daemon.server.DaemonConfig;
import dev.penstock.daemon.server.DaemonState;
import dev.penstock.daemon.service.ServiceNotifier;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `penstock serve`: the daemon, until it is told to stop.
@Command(
        name = "serve",
        description = {
            "Keep data warm for every trainer on this host, and hand them batches without a copy.",
            "Trainers attach with `--daemon SOCKET`, or as docs/protocol.md says; docs/daemon.md says how to run it.",
            "SIGTERM stops it, another one after a second at once.",
            "The tiers serve all jobs; --connections are those of one store, which its jobs share fairly."
        })
final class ServeCommand implements Callable<Integer> {

    /// Half of what container engines grant by default. Reads that a store does not answer may hold a stream for
    /// longer; nothing on disk depends on their end.
    private static final Duration STOPPING = Duration.ofSeconds(5);

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Mixin
    private final ServeOptions serving = new ServeOptions();

    @Mixin
    private final CacheOptions caching = new CacheOptions();

    @Override
    public Integer call() throws InterruptedException {
        common.requireWritableResult();
        DaemonConfig config = serving.daemon(caching);
        Optional<HttpConfig> http = serving.http();
        common.detail(config.toString());
        try (ServiceNotifier manager = ServiceNotifier.from(System.getenv());
                Daemon daemon = Daemon.open(config, AttachOptions::parse);
                PrometheusPage metrics = new PrometheusPage(daemon::snapshot);
                HttpEndpoint endpoint = open(http, daemon, metrics)) {
            Thread closer = Thread.ofPlatform().daemon().name("penstock-stop").unstarted(daemon::close);
            StopSignals signals = StopSignals.handle(closer::start);
            String status = status(config, endpoint);
            manager.ready(status, () -> daemon.state() != DaemonState.DEAF);
            common.out().println(status);
            common.out().flush();
            daemon.awaitClose();
            manager.stopping();
            if (daemon.state() == DaemonState.STOPPING && !closer.join(STOPPING)) {
                common.err()
                        .println("penstock: stopping took longer than " + STOPPING.toSeconds() + " s; ended anyway");
                common.err().flush();
            }
            return signals.exitCode();
        }
    }

    private static @Nullable HttpEndpoint open(Optional<HttpConfig> http, Daemon daemon, PrometheusPage metrics) {
        return http.map(config -> HttpEndpoint.open(config, daemon, metrics::scrape))
                .orElse(null);
    }

    private static String status(DaemonConfig config, @Nullable HttpEndpoint endpoint) {
        return "serving on " + config.socket() + ": RAM tier "
                + Amounts.bytes(config.cache().ramBytes()) + ", slots "
                + Amounts.bytes(config.slotBudgetBytes())
                + (endpoint == null
                        ? ""
                        : ", HTTP on " + endpoint.address().getAddress().getHostAddress() + ":"
                                + endpoint.address().getPort());
    }
}
