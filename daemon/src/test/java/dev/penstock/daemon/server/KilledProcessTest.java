package dev.penstock.daemon.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.batch.Batch;
import dev.penstock.daemon.client.ReconnectPolicy;
import dev.penstock.daemon.client.RemoteLoader;
import dev.penstock.daemon.protocol.AttachRequest;
import dev.penstock.error.RetryableException;
import dev.penstock.loader.BatchIterator;
import dev.penstock.process.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Processes that are killed: trainers give back what they held, daemons are followed by others.
@Timeout(90)
class KilledProcessTest {

    private static final Map<String, String> PLAN = Map.of("seed", "5", "batch", "7", "epochs", "4");

    @TempDir
    private Path scratch;

    private Path socket;
    private String uri;

    @BeforeEach
    void pack() {
        socket = scratch.resolve("socket");
        uri = TestDaemon.dataset(scratch);
    }

    private static void awaitLine(Process process, String line) throws IOException {
        BufferedReader out = process.inputReader();
        assertThat(out.readLine()).isEqualTo(line);
    }

    private Process startDaemon() throws IOException {
        Process daemon = ChildJvm.start(List.of(), DaemonMain.class, socket.toString());
        awaitLine(daemon, "serving");
        return daemon;
    }

    @Test
    void aKilledTrainerGivesBackWhatItHeld() throws Exception {
        try (Daemon _ = TestDaemon.open(socket);
                RawClient watcher = RawClient.greeted(socket)) {
            Process trainer = ChildJvm.start(List.of(), ClientMain.class, socket.toString(), uri, "3");
            awaitLine(trainer, "holding");
            assertThat(reservedBytes(watcher)).isEqualTo(TestDaemon.STREAM_BYTES);

            trainer.destroyForcibly().waitFor();

            while (reservedBytes(watcher) > 0) {
                Thread.onSpinWait();
            }
            assertThat(watcher.ask("{\"id\":1,\"do\":\"stats\"}").path("jobs")).isEmpty();
        }
    }

    @Test
    void trainersKilledWhileTheyConnectTakeOrWaitLeaveNothing() throws Exception {
        try (Daemon _ = TestDaemon.open(socket);
                RawClient watcher = RawClient.greeted(socket)) {
            start("0").destroyForcibly().waitFor();
            // The last one has no credit for its sixth batch, and waits.
            for (String batches : List.of("0", "3", "6")) {
                Process trainer = start(batches);
                while (jobs(watcher).isEmpty()) {
                    Thread.onSpinWait();
                }
                trainer.destroyForcibly().waitFor();
                while (reservedBytes(watcher) > 0 || !jobs(watcher).isEmpty()) {
                    Thread.onSpinWait();
                }
            }
        }
    }

    private Process start(String batches) throws IOException {
        return ChildJvm.start(List.of(), ClientMain.class, socket.toString(), uri, batches);
    }

    private static JsonNode jobs(RawClient watcher) throws IOException {
        return watcher.ask("{\"id\":1,\"do\":\"stats\"}").path("jobs");
    }

    private static long reservedBytes(RawClient watcher) throws IOException {
        ObjectNode stats = watcher.ask("{\"id\":1,\"do\":\"stats\"}");
        return stats.path("slots").path("reservedBytes").asLong();
    }

    @Test
    void aRunGoesOnWithTheNextDaemonAndLosesAndRepeatsNothing() throws Exception {
        List<BatchDigest> expected;
        List<BatchDigest> read = new ArrayList<>();
        try (Daemon _ = TestDaemon.open(socket);
                RemoteLoader loader = TestDaemon.attach(socket, request());
                BatchIterator batches = loader.iterator()) {
            expected = rest(batches);
        }
        Process daemon = startDaemon();
        try (RemoteLoader loader = RemoteLoader.attach(socket, request(), ReconnectPolicy.defaults());
                BatchIterator batches = loader.iterator()) {
            for (int life = 0; life < 3; life++) {
                for (int i = 0; i < 4; i++) {
                    read.add(BatchDigest.closing(batches.next()));
                }
                Batch held = batches.next();
                daemon.destroyForcibly().waitFor();
                read.add(BatchDigest.closing(held));
                daemon = startDaemon();
                assertThat(loader.state(held.step() + 1).nextStep())
                        .as("a checkpoint after the daemon was killed")
                        .isEqualTo(held.step() + 1);
            }
            read.addAll(rest(batches));
        } finally {
            daemon.destroyForcibly().waitFor();
        }
        assertThat(read).isEqualTo(expected);
    }

    private AttachRequest request() {
        return TestDaemon.request("a", uri, PLAN);
    }

    private static List<BatchDigest> rest(BatchIterator batches) {
        List<BatchDigest> digests = new ArrayList<>();
        batches.forEachRemaining(batch -> digests.add(BatchDigest.closing(batch)));
        return digests;
    }

    @Test
    void aClientWithoutPatienceIsToldAtOnceThatTheDaemonIsGone() throws Exception {
        Process daemon = startDaemon();
        try (RemoteLoader loader = TestDaemon.attach(socket, request());
                BatchIterator batches = loader.iterator()) {
            batches.next().close();
            daemon.destroyForcibly().waitFor();
            assertThatThrownBy(() -> rest(batches))
                    .isInstanceOf(RetryableException.class)
                    .hasMessageContaining("start it again with `penstock serve`");
        }
    }

    @Test
    void aDaemonThatStopsTellsItsClientsWhy() throws Exception {
        Daemon daemon = TestDaemon.open(socket);
        try (RemoteLoader loader = TestDaemon.attach(socket, request());
                BatchIterator batches = loader.iterator()) {
            batches.next().close();
            daemon.close();
            assertThatThrownBy(() -> rest(batches))
                    .isInstanceOf(RetryableException.class)
                    .hasMessageContaining("the daemon stops");
        }
    }

    @Test
    void garbageEndsItsOwnConnectionAndNoOther() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (Daemon _ = TestDaemon.open(socket);
                RemoteLoader loader = TestDaemon.attach(socket, request());
                BatchIterator batches = loader.iterator()) {
            int read = 0;
            for (int round = 0; round < 100; round++) {
                try (RawClient client = random.nextBoolean() ? RawClient.greeted(socket) : RawClient.connect(socket)) {
                    byte[] bytes = new byte[random.nextInt(64)];
                    random.nextBytes(bytes);
                    client.send(bytes);
                }
                if (round % 10 == 0) {
                    batches.next().close();
                    read++;
                }
            }
            assertThat(read + rest(batches).size()).as("seed %d", seed).isEqualTo(31);
        }
    }
}
