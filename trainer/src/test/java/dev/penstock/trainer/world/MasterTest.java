package dev.penstock.trainer.world;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.RankLostException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a rank does whose master is not there. c10d alone would go on for minutes.
@Timeout(60)
class MasterTest {

    private static final CollectiveTimeouts SHORT =
            new CollectiveTimeouts(Duration.ofSeconds(1), Duration.ofMinutes(5), Duration.ofSeconds(3));

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    @Test
    void hostThatNobodyKnowsIsNamed() {
        for (int rank = 0; rank < 2; rank++) {
            World world = new World(rank, 2, 0, "no-such-host.invalid", 29_500);

            assertThatThrownBy(() -> Collective.join(world, SHORT))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessage("rendezvous failed: rank=" + rank + ", MASTER_ADDR=no-such-host.invalid;"
                            + " no such host: name the host of rank 0 so that every rank can resolve it");
        }
    }

    @Test
    void masterThatNeverListensIsGivenUp() throws IOException {
        World world = new World(1, 2, 0, "127.0.0.1", freePort());

        assertThatThrownBy(() -> Collective.join(world, SHORT))
                .isInstanceOf(RankLostException.class)
                .hasMessageMatching("rendezvous failed: rank=1, master=127\\.0\\.0\\.1:\\d+, waitedSeconds=\\d+,"
                        + " found=[^,]+; rank 0 never listened there.*");
    }

    /// The address is of a network kept for documentation.
    @Test
    void masterSaysWhichRankIsMissingEvenWhereTheAddressIsNotItsOwn() throws IOException {
        for (String address : new String[] {"127.0.0.1", "192.0.2.1"}) {
            World world = new World(0, 2, 0, address, freePort());

            assertThatThrownBy(() -> Collective.join(world, SHORT))
                    .isInstanceOf(RankLostException.class)
                    .hasMessageContainingAll("rank=0", "missingRank=1", "waitedSeconds=");
        }
    }

    @Test
    void masterThatComesLaterIsWaitedFor() throws Exception {
        World world = new World(1, 2, 0, "127.0.0.1", freePort());
        try (RankWatch watch = new RankWatch(1, _ -> {})) {
            FutureTask<Boolean> waiting = new FutureTask<>(
                    () -> Master.of(world).awaitListening(JoinLimit.fromNow(Duration.ofSeconds(50)), watch), true);
            Thread.ofPlatform().start(waiting);
            try (ServerSocket server = new ServerSocket()) {
                server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), world.masterPort()));
                waiting.get();
            }
        }
    }
}
