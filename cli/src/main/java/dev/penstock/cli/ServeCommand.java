package dev.penstock.cli;

import dev.penstock.cli.option.AttachOptions;
import dev.penstock.cli.option.ByteSize;
import dev.penstock.cli.option.CacheOptions;
import dev.penstock.cli.option.CommonOptions;
import dev.penstock.cli.option.SocketPath;
import dev.penstock.cli.report.Amounts;
import dev.penstock.daemon.server.Daemon;
import dev.penstock.daemon.server.DaemonConfig;
import dev.penstock.memory.PageLocking;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `penstock serve`: the daemon, until it is told to stop.
@Command(
        name = "serve",
        description = {
            "Keep data warm for every trainer on this host, and hand them batches without a copy.",
            "Trainers attach with `--daemon SOCKET`, or as docs/protocol.md says. SIGTERM stops it.",
            "The tiers serve all jobs; --connections are those of one store, which its jobs share fairly."
        })
final class ServeCommand implements Callable<Integer> {

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Option(
            names = "--socket",
            paramLabel = "PATH",
            description = "Where to listen; for this user and root alone. Default: ${DEFAULT-VALUE}.")
    private Path socket = SocketPath.ofUser();

    @Mixin
    private final CacheOptions caching = new CacheOptions();

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
                    .println("serving on " + config.socket() + ": RAM tier "
                            + Amounts.bytes(config.cache().ramBytes()) + ", slots "
                            + Amounts.bytes(slotBudget.bytes()));
            common.out().flush();
            daemon.awaitClose();
        }
        return ExitCode.DONE;
    }

    private DaemonConfig config() {
        return new DaemonConfig(
                socket.toAbsolutePath(), caching.cache(), caching.fetch(), slotBudget.bytes(), slots.bytes(), lock);
    }
}
