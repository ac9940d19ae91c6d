package dev.penstock.daemon.http;

import io.netty.channel.Channel;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// How many connections there are at a time, and how long each may last: whatever a client sends, or does not read, it
/// costs no more than this.
///
/// One too many takes the place of the one that has been without a whole request for longest, so that clients that hold
/// connections and ask nothing keep nobody else from an answer. Threading: any thread.
final class ConnectionLimits {

    private final int mostConnections;
    private final Duration lifetime;
    private final Set<Channel> open = new HashSet<>();

    /// Those of the open ones whose request has not come, the oldest first.
    private final Set<Channel> silent = new LinkedHashSet<>();

    ConnectionLimits(int mostConnections, Duration lifetime) {
        this.mostConnections = mostConnections;
        this.lifetime = lifetime;
    }

    /// Counts a new connection until it is closed, which is now where all others wait for their answers.
    void admit(Channel channel) {
        channel.closeFuture().addListener(_ -> leave(channel));
        Channel surplus = enter(channel);
        if (surplus != null) {
            close(surplus);
        }
        Future<?> end = channel.eventLoop().schedule(() -> close(channel), lifetime.toMillis(), TimeUnit.MILLISECONDS);
        channel.closeFuture().addListener(_ -> end.cancel(false));
    }

    private synchronized @Nullable Channel enter(Channel channel) {
        open.add(channel);
        silent.add(channel);
        if (open.size() <= mostConnections) {
            return null;
        }
        Channel oldest = silent.iterator().next();
        leave(oldest);
        return oldest;
    }

    /// Lets a connection have its answer, whoever comes.
    synchronized void requested(Channel channel) {
        silent.remove(channel);
    }

    private synchronized void leave(Channel channel) {
        open.remove(channel);
        silent.remove(channel);
    }

    private static void close(Channel channel) {
        Future<?> _ = channel.close();
    }
}
