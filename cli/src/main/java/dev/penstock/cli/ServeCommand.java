package dev.penstock.cli;

import dev.penstock.cli.option.AttachOptions;
import dev.penstock.cli.option.ByteSize;
import dev.penstock.cli.option.CommonOptions;
import dev.penstock.cli.option.SocketPath;
import dev.penstock.cli.report.Amounts;
import dev.penstock.daemon.server.Daemon;
import dev.penstock.daemon.server.DaemonConfig;
import dev.penstock.fetch.FetchConfig;
import dev.penstock.fetch.Hedging;
import dev.penstock.memory.PageLocking;
import dev.penstock.tier.CacheConfig;
import dev.penstock.tier.DiskTierConfig;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `penstock serve`: the daemon, until it is told to stop.
@Command(
        name = "serve",
        description = {
            "Keep data warm for every trainer on this host, and hand them batches without a copy.",
            "Trainers attach with `--daemon SOCKET`, or as docs/protocol.md says. SIGTERM stops it."
        })
final class ServeCommand implements Callable<Integer> {

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Option(
            names = "--socket",
            paramLabel = "PATH",
            description = "Where to listen; for this user and root alone. Default: ${DEFAULT-VALUE}.")
    private Path socket = SocketPath.ofUser();

    @Option(
            names = "--ram",
            paramLabel = "SIZE",
            description = "Limit of the RAM tier, for all jobs. Default: ${DEFAULT-VALUE}.")
    private ByteSize ram = new ByteSize(512L << 20);

    @Option(names = "--disk", paramLabel = "DIR:SIZE", description = "A disk tier, and its limit. Default: none.")
    private Optional<DiskTierConfig> disk = Optional.empty();

    @Option(
            names = "--block",
            paramLabel = "SIZE",
            description = "Unit of reading and caching, a power of two. Default: ${DEFAULT-VALUE}.")
    private ByteSize block = new ByteSize(CacheConfig.DEFAULT_BLOCK_BYTES);

    @Option(
            names = "--slots",
            paramLabel = "SIZE",
            description = "Page-locked memory of one stream, where its client does not say. Default: ${DEFAULT-VALUE}.")
    private ByteSize slots = new ByteSize(64L << 20);

    @Option(
            names = "--slot-budget",
            paramLabel = "SIZE",
            description = "Limit of that memory over all streams. Default: ${DEFAULT-VALUE}.")
    private ByteSize slotBudget = new ByteSize(1L << 30);

    @Option(
            names = "--connections",
            paramLabel = "N",
            description = "The most requests of one stream to its store in flight. Default: ${DEFAULT-VALUE}.")
    private int connections = FetchConfig.DEFAULT_MAX_CONNECTIONS;

    @Option(
            names = "--hedge",
            paramLabel = "off|SHARE",
            description = "Share of bytes that second requests beside late ones may waste. Default: ${DEFAULT-VALUE}.")
    private Hedging hedge = FetchConfig.defaults().hedging();

    @Option(
            names = "--lock",
            paramLabel = "off|best-effort|required",
            description = "Whether slots must be locked in memory. Default: best-effort.")
    private PageLocking lock = PageLocking.BEST_EFFORT;

    @Override
    public Integer call() throws InterruptedException {
        common.requireWritableResult();
        DaemonConfig config = config();
        common.detail(config.toString());
        try (Daemon daemon = Daemon.open(config, AttachOptions::parse)) {
            Runtime.getRuntime().addShutdownHook(new Thread(daemon::close, "penstock-stop"));
            common.out()
                    .println("serving on " + config.socket() + ": RAM tier " + Amounts.bytes(ram.bytes()) + ", slots "
                            + Amounts.bytes(slotBudget.bytes()));
            common.out().flush();
            daemon.awaitClose();
        }
        return ExitCode.DONE;
    }

    private DaemonConfig config() {
        CacheConfig cache = new CacheConfig(block.toBlockBytes(), ram.bytes(), disk);
        FetchConfig fetch =
                FetchConfig.defaults().withMaxConnections(connections).withHedging(hedge);
        return new DaemonConfig(socket.toAbsolutePath(), cache, fetch, slotBudget.bytes(), slots.bytes(), lock);
    }
}
