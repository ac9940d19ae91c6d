package dev.penstock.trainer.world;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// Rank 0's post: every other rank is connected to it, and it passes on who is lost.
///
/// The system closes the connections of a process that dies, however it dies, so its end is heard at once.
final class RankHub implements WatchPost {

    private final String token;
    private final Duration silence;
    private final Consumer<RankLoss> here;
    private final ServerSocket server;
    private final List<WatchLine> lines = new CopyOnWriteArrayList<>();
    private final List<RankLoss> told = new ArrayList<>();
    private volatile boolean closed;

    /// @param address to listen at; a wildcard for all
    /// @param token that a rank must know
    /// @param here is told what every rank is told
    RankHub(InetAddress address, String token, Duration silence, Consumer<RankLoss> here) throws IOException {
        this.token = token;
        this.silence = silence;
        this.here = here;
        server = new ServerSocket(0, 0, address);
        Thread.ofPlatform().daemon().name("penstock-rank-hub").start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket caller = server.accept();
                Thread.ofPlatform().daemon().name("penstock-rank-line").start(() -> receive(caller));
            }
        } catch (IOException ended) {
            closed = true;
        }
    }

    private void receive(Socket caller) {
        try (WatchLine line = new WatchLine(caller, silence)) {
            if (line.next() instanceof WatchLine.Hello(int rank, String host, String known) && known.equals(token)) {
                welcome(line);
                listen(line, rank, host);
            }
        } catch (IOException notARank) {
            // Whoever it was has not said which rank it is: a rank that is missing is noticed where it is waited for.
            return;
        }
    }

    private synchronized void welcome(WatchLine line) throws IOException {
        for (RankLoss loss : told) {
            line.say(new WatchLine.Lost(loss));
        }
        lines.add(line);
    }

    private void listen(WatchLine line, int rank, String host) {
        boolean spoken = false;
        try {
            while (true) {
                if (line.next() instanceof WatchLine.Lost(RankLoss loss)) {
                    spoken = true;
                    tell(loss);
                }
            }
        } catch (SocketTimeoutException silent) {
            lose(spoken, new RankLoss(rank, host, RankLoss.Kind.SILENT, silenceOf(silence)));
        } catch (IOException ended) {
            lose(spoken, new RankLoss(rank, host, RankLoss.Kind.DIED, "its process ended without a word"));
        } finally {
            lines.remove(line);
        }
    }

    private void lose(boolean spoken, RankLoss loss) {
        if (!spoken && !closed) {
            tell(loss);
        }
    }

    static String silenceOf(Duration silence) {
        return "nothing was heard of it for " + silence.toSeconds() + " s: it is stopped, or its host is gone";
    }

    @Override
    public void beat() {
        lines.forEach(line -> attempt(line, WatchLine::beat));
    }

    @Override
    public synchronized void tell(RankLoss loss) {
        told.add(loss);
        here.accept(loss);
        lines.forEach(line -> attempt(line, to -> to.say(new WatchLine.Lost(loss))));
    }

    private interface Attempt {
        void on(WatchLine line) throws IOException;
    }

    /// The thread that listens to a line finds out by itself that it is broken.
    private static void attempt(WatchLine line, Attempt attempt) {
        try {
            attempt.on(line);
        } catch (IOException broken) {
            return;
        }
    }

    @Override
    public void close() {
        closed = true;
        lines.forEach(line -> attempt(line, WatchLine::hangUp));
        try {
            server.close();
        } catch (IOException closedAnyway) {
            return;
        }
    }
}
