package dev.penstock.daemon.server;

import dev.penstock.daemon.protocol.FailureKind;
import dev.penstock.daemon.protocol.FrameType;
import dev.penstock.daemon.protocol.Refusal;
import dev.penstock.daemon.socket.LocalListener;
import dev.penstock.daemon.socket.LocalSocket;
import dev.penstock.daemon.socket.PeerCredentials;
import dev.penstock.daemon.stats.DaemonStats;
import dev.penstock.tier.BlockCache;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The daemon: listens on a socket and serves every client that connects, until it is closed.
///
/// Ownership: the opener closes, which tells every client, gives back what they hold, and frees the cache. Threading:
/// any thread.
public final class Daemon implements AutoCloseable {

    /// More than a host has trainers; each costs a thread.
    private static final int MOST_CONNECTIONS = 512;

    /// A trainer that is alive has released its batches and gone by then.
    private static final Duration DETACHING = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

    private final BlockCache cache;
    private final LocalListener listener;
    private final int owner = PeerCredentials.ownUserId();
    private final Streams streams;
    private final Jobs jobs = new Jobs();
    private final Reports reports;
    private final Map<Connection, Thread> connections = new ConcurrentHashMap<>();
    private final Thread acceptor;
    private volatile boolean closing;

    private Daemon(DaemonConfig config, JobOptions options, BlockCache cache, LocalListener listener) {
        this.cache = cache;
        this.listener = listener;
        StreamResources resources = new StreamResources(
                config, cache, new SlotBudget(config.slotBudgetBytes()), new StoreLimits(config.fetch()));
        this.streams = new Streams(resources, options);
        this.reports = new Reports(streams, jobs, resources);
        this.acceptor = Thread.ofPlatform().daemon().name("penstock-accept").unstarted(this::accept);
    }

    /// Opens the cache and listens; clients may connect when this returns.
    ///
    /// Fails when another daemon listens there or uses the disk tier, or when the budgets cannot be had.
    public static Daemon open(DaemonConfig config, JobOptions options) {
        HostMemory.ofThisHost().requireRoomFor(config);
        LocalListener listener = LocalListener.open(config.socket());
        try {
            Daemon daemon = new Daemon(config, options, BlockCache.open(config.cache()), listener);
            daemon.acceptor.start();
            return daemon;
        } catch (RuntimeException refused) {
            listener.close();
            throw refused;
        }
    }

    private void accept() {
        while (!closing) {
            try {
                welcome(listener.accept());
            } catch (IOException failed) {
                if (!closing) {
                    LOG.error("no more clients are accepted: {}", failed.getMessage());
                }
                return;
            }
        }
    }

    private void welcome(LocalSocket socket) {
        Connection connection = new Connection(socket, streams, jobs, reports);
        String refusal = refusal(socket);
        if (refusal != null) {
            LOG.warn("a client was refused: {}", refusal);
            connection.stop(FrameType.REFUSED, new Refusal(FailureKind.ACCESS, refusal));
            return;
        }
        Thread thread = Thread.ofPlatform().daemon().name("penstock-client").unstarted(() -> {
            try {
                connection.run();
            } finally {
                connections.remove(connection);
            }
        });
        connections.put(connection, thread);
        thread.start();
    }

    private @Nullable String refusal(LocalSocket socket) {
        if (connections.size() >= MOST_CONNECTIONS) {
            return "connecting failed: connections=" + MOST_CONNECTIONS + "; close one";
        }
        try {
            PeerCredentials peer = socket.peer();
            return peer.isUserOrRoot(owner)
                    ? null
                    : "connecting failed: user=" + peer.userId() + "; the daemon serves user " + owner + " alone";
        } catch (IOException unknown) {
            return "connecting failed: peer=unknown, found=" + unknown.getMessage();
        }
    }

    /// What can be expected of it now.
    public DaemonState state() {
        if (closing) {
            return DaemonState.STOPPING;
        }
        return acceptor.isAlive() ? DaemonState.SERVING : DaemonState.DEAF;
    }

    /// Tells every client of a job that it is over, and returns how many there are. What they hold stays theirs until
    /// they release it, for [#DETACHING] at most.
    public int detach(String job) {
        int told = 0;
        for (Map.Entry<Connection, Thread> client : connections.entrySet()) {
            Connection connection = client.getKey();
            if (connection.isOf(job)) {
                Thread thread = client.getValue();
                // Giving up a stream may wait for its reads, and a client may take its time.
                Thread.ofPlatform().daemon().name("penstock-detach").start(() -> detach(connection, thread));
                told++;
            }
        }
        return told;
    }

    private static void detach(Connection connection, Thread thread) {
        Refusal over = new Refusal(
                FailureKind.CONFIGURATION, "reading failed: found=detached by an administrator of the daemon");
        Attachment expelled = connection.expel(over);
        try {
            if (!thread.join(DETACHING) && connection.has(expelled)) {
                connection.stop(FrameType.REFUSED, over);
            }
        } catch (InterruptedException nobodyDoes) {
            Thread.currentThread().interrupt();
        }
    }

    /// What it does now, as a client that asks for `stats` is told.
    public DaemonStats snapshot() {
        return reports.stats();
    }

    /// Waits until the daemon is closed, or takes no more clients.
    public void awaitClose() throws InterruptedException {
        acceptor.join();
    }

    /// Stops listening, tells every client that the daemon stops, and frees everything. Closing twice does nothing.
    @Override
    public void close() {
        synchronized (this) {
            if (closing) {
                return;
            }
            closing = true;
        }
        listener.close();
        Threads.joinUninterruptibly(acceptor);
        Refusal stopping = new Refusal(FailureKind.STOPPING, "serving failed: the daemon stops; connect again");
        connections.keySet().forEach(connection -> connection.stop(FrameType.GOODBYE, stopping));
        connections.values().forEach(Threads::joinUninterruptibly);
        cache.close();
    }
}
