package dev.penstock.trainer.world;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.PenstockException;
import dev.penstock.error.RankLostException;
import dev.penstock.trainer.record.DifferentSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.StringVector;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;

/// The key-value store that rank 0 serves, through which the ranks find each other and compare what must be equal.
final class Rendezvous implements AutoCloseable {

    /// Between looks at the store, which cannot be asked to call; short against the start of a process.
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(20);

    private final World world;
    private final Duration timeout;
    private final TCPStore store;
    private final RankWatch watch;
    private int agreements;

    private Rendezvous(World world, Duration timeout, TCPStore store, RankWatch watch) {
        this.world = world;
        this.timeout = timeout;
        this.store = store;
        this.watch = watch;
    }

    /// Returns once every rank has come and all know the same world.
    ///
    /// @param watch starts here; the caller closes it
    static Rendezvous open(World world, CollectiveTimeouts timeouts, RankWatch watch) {
        Duration timeout = timeouts.join();
        JoinLimit limit = JoinLimit.fromNow(timeout);
        Master master = Master.of(world);
        if (!world.isFirst()) {
            master.awaitListening(limit, watch);
        }
        TCPStoreOptions options = new TCPStoreOptions()
                .port((short) world.masterPort())
                .isServer(world.isFirst())
                .waitWorkers(false)
                .timeout(new Milliseconds(timeout.toMillis()));
        Rendezvous rendezvous;
        try {
            rendezvous = new Rendezvous(world, timeout, new TCPStore(storeHost(world), options), watch);
        } catch (RuntimeException e) {
            throw unreachable(world, limit, e);
        }
        try {
            rendezvous.claim();
            watch.start((host, here) -> rendezvous.post(master.address(), host, timeouts.silence(), here, limit));
            rendezvous.meet(limit);
            return rendezvous;
        } catch (RuntimeException failed) {
            watch.lastWords(failed);
            rendezvous.close();
            throw failed;
        }
    }

    /// Rank 0 comes to its own store by the shortest way, so that another host's address in `MASTER_ADDR` does not
    /// keep it from saying who is missing.
    private static String storeHost(World world) {
        return world.isFirst() ? InetAddress.getLoopbackAddress().getHostAddress() : world.masterAddress();
    }

    private WatchPost post(InetAddress master, String host, Duration silence, Consumer<RankLoss> here, JoinLimit limit)
            throws IOException {
        if (world.isFirst()) {
            String token = UUID.randomUUID().toString();
            InetAddress any = new InetSocketAddress(0).getAddress();
            RankHub hub = new RankHub(master.isLoopbackAddress() ? master : any, token, silence, here);
            put("watch", hub.port() + " " + token);
            return hub;
        }
        String[] portAndToken = await("watch", 0, limit).split(" ", 2);
        return new HubLink(
                new InetSocketAddress(master, Integer.parseInt(portAndToken[0])),
                new WatchLine.Hello(world.rank(), host, portAndToken[1]),
                silence,
                here);
    }

    private static RuntimeException unreachable(World world, JoinLimit limit, RuntimeException cause) {
        FailureMessage message = FailureMessage.of("rendezvous")
                .with("rank", world.rank())
                .with("master", world.masterAddress() + ":" + world.masterPort());
        if (world.isFirst()) {
            return new ConfigurationException(
                    message.with("found", firstLine(cause))
                            .remedy("rank 0 must be able to listen there; is the port in use?"),
                    cause);
        }
        return new RankLostException(
                message.with("waitedSeconds", limit.waited().toSeconds())
                        .with("found", firstLine(cause))
                        .remedy("what listens there is not rank 0, or it ended; look at why"),
                cause);
    }

    private void claim() {
        if (store.add("claims/" + world.rank(), 1) > 1) {
            throw new ConfigurationException(
                    FailureMessage.of("rendezvous").with("rank", world.rank()).remedy("two processes claim this RANK"));
        }
    }

    private void meet(JoinLimit limit) {
        put("worldSize/" + world.rank(), Integer.toString(world.worldSize()));
        for (int other = 0; other < world.worldSize(); other++) {
            String theirs = await("worldSize/" + other, other, limit);
            if (!theirs.equals(Integer.toString(world.worldSize()))) {
                throw new ConfigurationException(FailureMessage.of("rendezvous")
                        .with("rank", world.rank())
                        .with("worldSize", world.worldSize())
                        .with("otherRank", other)
                        .with("otherWorldSize", theirs)
                        .remedy("start every rank with the same WORLD_SIZE"));
            }
        }
    }

    /// See [Collective#requireAgreement(String, String)].
    void requireAgreement(String subject, String settings) {
        String round = "agreement/" + agreements++ + "/";
        put(round + world.rank(), settings);
        int last = world.isFirst() ? world.worldSize() - 1 : 0;
        JoinLimit limit = JoinLimit.fromNow(timeout);
        for (int other = 0; other <= last; other++) {
            String theirs = await(round + other, other, limit);
            if (!theirs.equals(settings)) {
                DifferentSettings different = DifferentSettings.of(settings, theirs);
                throw new ConfigurationException(FailureMessage.of("agreement on " + subject)
                        .with("rank", world.rank())
                        .with("otherRank", other)
                        .with("differs", different.names())
                        .with("mine", different.saved())
                        .with("theirs", different.now())
                        .remedy("start every rank with the same options on the same dataset"));
            }
        }
    }

    /// Another client of the same store, which native code may own. One store object must not be owned twice.
    Store share() {
        return store.clone();
    }

    private void put(String key, String value) {
        store.set(key, value);
    }

    /// Waits for what a rank puts down, for as long as no rank is lost.
    private String await(String key, int rank, JoinLimit limit) {
        try {
            while (!isThere(key)) {
                if (limit.isOver()) {
                    throw missing(rank, limit);
                }
                watch.pause(LOOK_INTERVAL);
            }
            return store.get_to_str(key);
        } catch (PenstockException known) {
            throw known;
        } catch (RuntimeException storeIsGone) {
            throw watch.explain(new RankLostException(
                    FailureMessage.of("rendezvous")
                            .with("rank", world.rank())
                            .with("found", firstLine(storeIsGone))
                            .remedy("rank 0, which keeps the store, died or cannot be reached"),
                    storeIsGone));
        }
    }

    private boolean isThere(String key) {
        try (PointerScope _ = new PointerScope()) {
            return store.check(new StringVector(key));
        }
    }

    private RankLostException missing(int rank, JoinLimit limit) {
        return new RankLostException(FailureMessage.of("rendezvous")
                .with("rank", world.rank())
                .with("worldSize", world.worldSize())
                .with("missingRank", rank)
                .with("waitedSeconds", limit.waited().toSeconds())
                .remedy("start all ranks, and look at why that one stopped"));
    }

    static String firstLine(RuntimeException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    @Override
    public void close() {
        store.close();
    }
}
