package dev.penstock.daemon.client;

import dev.penstock.daemon.protocol.Request;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.PenstockException;
import dev.penstock.error.RetryableException;
import java.io.IOException;
import java.nio.file.Path;
import tools.jackson.databind.node.ObjectNode;

/// A connection that asks a daemon how it does, and attaches to nothing.
///
/// Ownership: the opener closes. Threading: any thread. Errors: [RetryableException] when there is no daemon that
/// answers, or none any more.
public final class StatsConnection implements AutoCloseable {

    private final Path socket;
    private final Session session;

    private StatsConnection(Path socket, Session session) {
        this.socket = socket;
        this.session = session;
    }

    /// Connects to the daemon that listens at `socket`.
    public static StatsConnection open(Path socket) {
        try {
            return new StatsConnection(socket, Session.open(socket, Session.HOLDING));
        } catch (IOException | PenstockException absent) {
            throw gone(socket, absent, "start one with `penstock serve`, or name its socket");
        }
    }

    /// The daemon now: the reply to `stats`, which a
    /// [DaemonStats][dev.penstock.daemon.stats.DaemonStats] can be read from.
    public ObjectNode ask() throws InterruptedException {
        try {
            ObjectNode reply = session.request(Request.Ask.STATS, "asking for stats");
            reply.remove(Request.ID);
            return reply;
        } catch (IOException lost) {
            throw gone(socket, lost, "it was stopped or killed; start it again with `penstock serve`");
        }
    }

    private static RetryableException gone(Path socket, Exception cause, String remedy) {
        return new RetryableException(
                FailureMessage.of("reaching the daemon")
                        .with("socket", socket)
                        .with("found", cause.getMessage())
                        .remedy(remedy),
                cause);
    }

    @Override
    public void close() {
        session.close();
    }
}
