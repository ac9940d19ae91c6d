package dev.penstock.bench.daemon.soak;

import dev.penstock.bench.daemon.process.JavaProcess;
import dev.penstock.daemon.protocol.Frame;
import dev.penstock.daemon.protocol.FrameReader;
import dev.penstock.daemon.protocol.FrameType;
import dev.penstock.daemon.protocol.FrameWriter;
import dev.penstock.daemon.protocol.Hello;
import dev.penstock.daemon.protocol.Json;
import dev.penstock.daemon.protocol.Request;
import dev.penstock.daemon.socket.LocalSocket;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.node.ObjectNode;

/// A connection that never attaches, and asks the daemon what it has given away.
final class DaemonWatch implements AutoCloseable {

    private static final long LOOK_NANOS = 5_000_000;

    /// How long leases may take to come back before the soak gives up on them.
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final LocalSocket socket;
    private final FrameReader reader;
    private final FrameWriter writer;

    private DaemonWatch(LocalSocket socket) {
        this.socket = socket;
        this.reader = new FrameReader(socket::receive);
        this.writer = new FrameWriter(socket::send);
    }

    static DaemonWatch connect(Path path) {
        try {
            DaemonWatch watch = new DaemonWatch(LocalSocket.connect(path));
            watch.writer.write(Hello.ofThisVersion());
            watch.next();
            return watch;
        } catch (IOException absent) {
            throw JavaProcess.broken("connecting to the daemon", absent);
        }
    }

    private Frame next() throws IOException {
        Frame frame = reader.next();
        if (frame == null) {
            throw new EOFException("the daemon closed the connection");
        }
        return frame;
    }

    private long reservedBytes() throws IOException {
        ObjectNode request = Request.Ask.STATS.toJson().put(Request.ID, 1);
        writer.write(FrameType.REQUEST, Json.bytes(request));
        return Json.parse(next().bytes()).path("slots").path("reservedBytes").asLong();
    }

    /// Waits until no client holds slot memory any more; returns how long that took.
    Duration awaitNothingReserved() {
        long beganNanos = System.nanoTime();
        try {
            while (reservedBytes() > 0 && System.nanoTime() - beganNanos < PATIENCE.toNanos()) {
                LockSupport.parkNanos(LOOK_NANOS);
            }
            return Duration.ofNanos(System.nanoTime() - beganNanos);
        } catch (IOException gone) {
            throw JavaProcess.broken("asking the daemon for its slots", gone);
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
