package dev.penstock.daemon.http;

import io.netty.channel.Channel;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// How many connections there are at a time, and how long each may last: whatever a client sends, or does not read, it
/// costs no more than this.
final class ConnectionLimits {

    private final int mostConnections;
    private final Duration lifetime;
    private final AtomicInteger connections = new AtomicInteger();

    ConnectionLimits(int mostConnections, Duration lifetime) {
        this.mostConnections = mostConnections;
        this.lifetime = lifetime;
    }

    /// Counts a new connection until it is closed, which is now where there are enough.
    void admit(Channel channel) {
        int open = connections.incrementAndGet();
        channel.closeFuture().addListener(_ -> connections.decrementAndGet());
        if (open > mostConnections) {
            close(channel);
            return;
        }
        Future<?> end = channel.eventLoop().schedule(() -> close(channel), lifetime.toMillis(), TimeUnit.MILLISECONDS);
        channel.closeFuture().addListener(_ -> end.cancel(false));
    }

    private static void close(Channel channel) {
        Future<?> _ = channel.close();
    }
}
