package dev.penstock.cli;

import dev.penstock.cli.option.CommonOptions;
import dev.penstock.cli.option.SocketPath;
import dev.penstock.cli.top.Frame;
import dev.penstock.cli.top.Screen;
import dev.penstock.cli.top.TerminalSize;
import dev.penstock.daemon.client.StatsConnection;
import dev.penstock.daemon.protocol.Json;
import dev.penstock.daemon.stats.DaemonStats;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/// `penstock top`: what a daemon does, as it does it.
@Command(
        name = "top",
        description = {
            "Show the jobs of a daemon: where they are, how fast, and what they wait for; Ctrl-C ends it.",
            "FED is the share of time in which a rank surely had a batch ready. Rates of the first frame are",
            "since each client attached. --json FILE holds the latest stats as the daemon sent them."
        })
final class TopCommand implements Callable<Integer> {

    /// Faster than anybody reads, and still nothing to a daemon.
    private static final double SHORTEST_SECONDS = 0.1;

    private static final double LONGEST_SECONDS = Duration.ofDays(1).toSeconds();

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Option(
            names = "--socket",
            paramLabel = "PATH",
            description = "Where the daemon listens. Default: ${DEFAULT-VALUE}.")
    private Path socket = SocketPath.ofUser();

    @Option(
            names = "--interval",
            paramLabel = "SECONDS",
            description = "Time between two frames. Default: ${DEFAULT-VALUE}.")
    private double intervalSeconds = 1;

    @Option(names = "--once", description = "Show one frame and end.")
    private boolean once;

    @Override
    public Integer call() throws InterruptedException {
        common.requireWritableResult();
        Duration interval = interval();
        try (StatsConnection daemon = StatsConnection.open(socket.toAbsolutePath())) {
            // Before the screen is another one, so that a failure of the first look is seen on the usual one.
            DaemonStats first = look(daemon);
            try (Screen screen = screen()) {
                Runtime.getRuntime().addShutdownHook(new Thread(screen::close, "penstock-screen"));
                boolean seen = screen.show(new Frame(Optional.empty(), first), TerminalSize.ofStandardOutput());
                DaemonStats before = first;
                while (seen && !once) {
                    Thread.sleep(interval);
                    DaemonStats now = look(daemon);
                    seen = screen.show(new Frame(Optional.of(before), now), TerminalSize.ofStandardOutput());
                    before = now;
                }
            }
        }
        return ExitCode.DONE;
    }

    private Duration interval() {
        if (!(intervalSeconds >= SHORTEST_SECONDS && intervalSeconds <= LONGEST_SECONDS)) {
            throw new ConfigurationException(FailureMessage.of("watching a daemon")
                    .with("option", "interval")
                    .with("value", intervalSeconds)
                    .with("wanted", SHORTEST_SECONDS + " to " + LONGEST_SECONDS + " seconds"));
        }
        return Duration.ofNanos(Math.round(intervalSeconds * 1e9));
    }

    private DaemonStats look(StatsConnection daemon) throws InterruptedException {
        ObjectNode reply = daemon.ask();
        common.write(reply);
        return Json.read(reply, DaemonStats.class);
    }

    private Screen screen() {
        return !once && TerminalSize.ofStandardOutput().isPresent()
                ? Screen.over(common.out())
                : Screen.below(common.out());
    }
}
