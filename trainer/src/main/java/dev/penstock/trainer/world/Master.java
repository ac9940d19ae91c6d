package dev.penstock.trainer.world;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.RankLostException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;

/// The host of rank 0, as another rank finds it.
///
/// It is asked here and not by c10d's client, which goes on for minutes after its limit, and takes a name that nobody
/// knows for a host that does not listen yet.
///
/// @param addresses of its name, the preferred one first
record Master(World world, List<InetAddress> addresses) {

    /// Between attempts to connect; short against the start of a process.
    private static final Duration RETRY_INTERVAL = Duration.ofMillis(200);

    /// For one attempt, so that an address that swallows packets leaves time for the others.
    private static final Duration ATTEMPT = Duration.ofSeconds(5);

    /// Fails with [ConfigurationException] when no host has the name.
    static Master of(World world) {
        try {
            return new Master(world, List.of(InetAddress.getAllByName(world.masterAddress())));
        } catch (UnknownHostException unknown) {
            throw new ConfigurationException(
                    FailureMessage.of("rendezvous")
                            .with("rank", world.rank())
                            .with(World.MASTER_ADDR, world.masterAddress())
                            .remedy("no such host: name the host of rank 0 so that every rank can resolve it"),
                    unknown);
        }
    }

    InetAddress address() {
        return addresses.getFirst();
    }

    /// Returns once it listens; fails with [RankLostException] when it does not within the limit.
    void awaitListening(JoinLimit limit, RankWatch watch) {
        String found = attempt(limit);
        while (!found.isEmpty()) {
            if (limit.isOver()) {
                throw new RankLostException(FailureMessage.of("rendezvous")
                        .with("rank", world.rank())
                        .with("master", world.masterAddress() + ":" + world.masterPort())
                        .with("waitedSeconds", limit.waited().toSeconds())
                        .with("found", found)
                        .remedy("rank 0 never listened there; is it running, and is the address its own?"));
            }
            watch.pause(RETRY_INTERVAL);
            found = attempt(limit);
        }
    }

    /// Why no address could be connected to; empty if one could.
    private String attempt(JoinLimit limit) {
        String found = "";
        for (InetAddress address : addresses) {
            long millis = Math.clamp(limit.rest().toMillis(), 1, ATTEMPT.toMillis());
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(address, world.masterPort()), (int) millis);
                return "";
            } catch (IOException refused) {
                found = String.valueOf(refused.getMessage());
            }
        }
        return found;
    }
}
