package dev.penstock.trainer.world;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.function.Consumer;

/// The post of every rank but the first: one connection to rank 0.
final class HubLink implements WatchPost {

    /// How long the end of a run waits for rank 0 to hang up too.
    private static final Duration FAREWELL = Duration.ofSeconds(1);

    private final String hubHost;
    private final Duration silence;
    private final Consumer<RankLoss> here;
    private final WatchLine line;
    private final Thread listener;

    /// @param here is told whom rank 0 knows to be lost, and that rank 0 is
    HubLink(InetSocketAddress hub, WatchLine.Hello hello, Duration silence, Consumer<RankLoss> here)
            throws IOException {
        this.hubHost = hub.getHostString();
        this.silence = silence;
        this.here = here;
        Socket socket = new Socket();
        socket.connect(hub, (int) silence.toMillis());
        line = new WatchLine(socket, silence);
        line.say(hello);
        listener = Thread.ofPlatform().daemon().name("penstock-rank-link").start(this::listen);
    }

    private void listen() {
        try {
            while (true) {
                if (line.next() instanceof WatchLine.Lost(RankLoss loss)) {
                    here.accept(loss);
                }
            }
        } catch (SocketTimeoutException silent) {
            here.accept(new RankLoss(0, hubHost, RankLoss.Kind.SILENT, RankHub.silenceOf(silence)));
        } catch (IOException ended) {
            here.accept(new RankLoss(0, hubHost, RankLoss.Kind.DIED, "its process ended without a word"));
        }
    }

    @Override
    public void beat() {
        try {
            line.beat();
        } catch (IOException broken) {
            // The listener finds out by itself.
            return;
        }
    }

    @Override
    public void tell(RankLoss loss) {
        try {
            line.say(new WatchLine.Lost(loss));
        } catch (IOException broken) {
            return;
        }
    }

    @Override
    public void close() {
        try (line) {
            line.hangUp();
            listener.join(FAREWELL);
        } catch (IOException broken) {
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
