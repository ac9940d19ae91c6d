package dev.penstock.trainer.world;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.RankLostException;
import java.time.Duration;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;

/// The key-value store that rank 0 serves, through which the ranks find each other and compare what must be equal.
final class Rendezvous implements AutoCloseable {

    private final World world;
    private final Duration timeout;
    private final TCPStore store;
    private int agreements;

    private Rendezvous(World world, Duration timeout, TCPStore store) {
        this.world = world;
        this.timeout = timeout;
        this.store = store;
    }

    /// Returns once every rank has come and all know the same world.
    static Rendezvous open(World world, Duration timeout) {
        TCPStoreOptions options = new TCPStoreOptions()
                .port((short) world.masterPort())
                .isServer(world.isFirst())
                .waitWorkers(false)
                .timeout(new Milliseconds(timeout.toMillis()));
        Rendezvous rendezvous;
        try {
            rendezvous = new Rendezvous(world, timeout, new TCPStore(world.masterAddress(), options));
        } catch (RuntimeException e) {
            throw unreachable(world, timeout, e);
        }
        rendezvous.meet();
        return rendezvous;
    }

    private static RuntimeException unreachable(World world, Duration timeout, RuntimeException cause) {
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
                message.with("waitedSeconds", timeout.toSeconds())
                        .with("found", firstLine(cause))
                        .remedy("rank 0 never listened there; is it running, and is the address its own?"),
                cause);
    }

    private void meet() {
        if (store.add("claims/" + world.rank(), 1) > 1) {
            throw new ConfigurationException(
                    FailureMessage.of("rendezvous").with("rank", world.rank()).remedy("two processes claim this RANK"));
        }
        put("worldSize/" + world.rank(), Integer.toString(world.worldSize()));
        for (int other = 0; other < world.worldSize(); other++) {
            String theirs = await("worldSize/" + other, other);
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
    void requireAgreement(String subject, String digest) {
        String round = "agreement/" + agreements++ + "/";
        put(round + world.rank(), digest);
        int last = world.isFirst() ? world.worldSize() - 1 : 0;
        for (int other = 0; other <= last; other++) {
            String theirs = await(round + other, other);
            if (!theirs.equals(digest)) {
                throw new ConfigurationException(FailureMessage.of("agreement on " + subject)
                        .with("rank", world.rank())
                        .with("mine", digest)
                        .with("otherRank", other)
                        .with("theirs", theirs)
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

    private String await(String key, int rank) {
        try {
            return store.get_to_str(key);
        } catch (RuntimeException e) {
            throw new RankLostException(
                    FailureMessage.of("rendezvous")
                            .with("rank", world.rank())
                            .with("worldSize", world.worldSize())
                            .with("missingRank", rank)
                            .with("waitedSeconds", timeout.toSeconds())
                            .with("found", firstLine(e))
                            .remedy("start all ranks, and look at why that one stopped"),
                    e);
        }
    }

    static String firstLine(RuntimeException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    @Override
    public void close() {
        store.close();
    }
}
