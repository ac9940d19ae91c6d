package dev.penstock.daemon.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.batch.Batch;
import dev.penstock.daemon.client.RemoteLoader;
import dev.penstock.daemon.protocol.AttachRequest;
import dev.penstock.daemon.protocol.AttachRequest.Sharing;
import dev.penstock.error.ResourceExhaustedException;
import dev.penstock.loader.BatchIterator;
import dev.penstock.memory.SlotArena;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

@Timeout(60)
class SharedStreamTest {

    private static final Map<String, String> PLAN = Map.of("seed", "3", "batch", "12", "epochs", "20");

    /// A third of what all batches of a run have, so that one that stops is left behind.
    private static final long SLOT_BYTES = 4 * TestDaemon.STREAM_BYTES;

    @TempDir
    private Path scratch;

    private Path socket;
    private String uri;
    private Daemon daemon;

    @BeforeEach
    void serve() {
        socket = scratch.resolve("socket");
        uri = TestDaemon.dataset(scratch);
        daemon = TestDaemon.open(socket);
    }

    @AfterEach
    void everythingIsGivenBack() throws IOException {
        ObjectNode stats = stats();
        while (!isIdle(stats)) {
            Thread.onSpinWait();
            stats = stats();
        }
        daemon.close();
    }

    private static boolean isIdle(ObjectNode stats) {
        return stats.path("slots").path("reservedBytes").asLong() == 0
                && stats.path("streams").isEmpty()
                && stats.path("jobs").isEmpty();
    }

    private ObjectNode stats() throws IOException {
        try (RawClient client = RawClient.greeted(socket)) {
            return client.ask("{\"id\":1,\"do\":\"stats\"}");
        }
    }

    private RemoteLoader trial(String job) {
        return TestDaemon.attach(socket, request(job));
    }

    private AttachRequest request(String job) {
        return TestDaemon.request(job, uri, PLAN).withSlotBytes(SLOT_BYTES);
    }

    private List<BatchDigest> alone() {
        try (RemoteLoader loader = TestDaemon.attach(socket, request("alone").withSharing(Sharing.EXCLUSIVE));
                BatchIterator batches = loader.iterator()) {
            return rest(batches);
        }
    }

    private static List<BatchDigest> rest(BatchIterator batches) {
        List<BatchDigest> digests = new ArrayList<>();
        batches.forEachRemaining(batch -> digests.add(BatchDigest.closing(batch)));
        return digests;
    }

    @Test
    void trialsOfOnePlanShareOneStream() throws IOException {
        List<BatchDigest> expected = alone();
        try (RemoteLoader one = trial("one");
                RemoteLoader two = trial("two");
                BatchIterator first = one.iterator();
                BatchIterator second = two.iterator()) {
            List<BatchDigest> ofOne = new ArrayList<>();
            List<BatchDigest> ofTwo = new ArrayList<>();
            while (first.hasNext()) {
                ofOne.add(BatchDigest.closing(first.next()));
                ofTwo.add(BatchDigest.closing(second.next()));
            }
            assertThat(stats().path("streams")).hasSize(1);
            assertThat(stats().path("streams").path(0).path("clients").asInt()).isEqualTo(2);
            assertThat(ofOne).isEqualTo(expected);
            assertThat(ofTwo).isEqualTo(expected);
        }
    }

    @Test
    void aTrialThatStopsReadingIsMovedAndStallsNobodyAndLosesNothing() throws IOException {
        List<BatchDigest> expected = alone();
        try (RemoteLoader fast = trial("fast");
                RemoteLoader slow = trial("slow");
                BatchIterator ahead = fast.iterator();
                BatchIterator behind = slow.iterator()) {
            Batch held = behind.next();
            BatchDigest before = BatchDigest.of(held);

            assertThat(rest(ahead))
                    .as("while the slow one holds its first batch")
                    .isEqualTo(expected);

            assertThat(BatchDigest.closing(held)).isEqualTo(before).isEqualTo(expected.getFirst());
            assertThat(rest(behind)).isEqualTo(expected.subList(1, expected.size()));
        }
    }

    @Test
    void aJobThatStopsReadingBlocksNoOtherJob() {
        List<BatchDigest> expected = alone();
        AttachRequest other = TestDaemon.request("stopped", uri, Map.of("seed", "4", "batch", "12"))
                .withSlotBytes(SLOT_BYTES);
        try (RemoteLoader stopped = TestDaemon.attach(socket, other);
                BatchIterator ahead = stopped.iterator()) {
            Batch held = ahead.next();
            BatchDigest before = BatchDigest.of(held);
            try (RemoteLoader loader = trial("reading");
                    BatchIterator batches = loader.iterator()) {
                assertThat(rest(batches)).isEqualTo(expected);
            }
            assertThat(BatchDigest.closing(held)).isEqualTo(before);
        }
    }

    @Test
    void aTrialThatStartsALittleLaterJoins() throws IOException {
        try (RemoteLoader early = trial("early");
                BatchIterator first = early.iterator()) {
            BatchDigest zero = BatchDigest.closing(first.next());
            try (RemoteLoader late = trial("late");
                    BatchIterator second = late.iterator()) {
                assertThat(BatchDigest.closing(second.next())).isEqualTo(zero);
                assertThat(stats().path("streams")).hasSize(1);
            }
        }
    }

    @Test
    void trialsAtRandomPacesAllReadTheSame() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        List<BatchDigest> expected = alone();
        try (RemoteLoader one = trial("one");
                RemoteLoader two = trial("two");
                RemoteLoader three = trial("three")) {
            List<BatchIterator> trials = List.of(one.iterator(), two.iterator(), three.iterator());
            List<List<BatchDigest>> read = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
            while (read.stream().anyMatch(digests -> digests.size() < expected.size())) {
                int trial = random.nextInt(3);
                for (int burst = random.nextInt(1, 30);
                        burst > 0 && trials.get(trial).hasNext();
                        burst--) {
                    read.get(trial).add(BatchDigest.closing(trials.get(trial).next()));
                }
            }
            assertThat(read)
                    .as("seed %d", seed)
                    .allSatisfy(digests -> assertThat(digests).isEqualTo(expected));
            trials.forEach(BatchIterator::close);
        }
    }

    @Test
    void sharedBatchesCannotBeWrittenAndExclusiveOnesAreNobodyElses() {
        try (RemoteLoader shared = trial("shared");
                BatchIterator batches = shared.iterator();
                RemoteLoader exclusive =
                        TestDaemon.attach(socket, request("exclusive").withSharing(Sharing.EXCLUSIVE));
                BatchIterator own = exclusive.iterator()) {
            try (Batch mine = own.next();
                    Batch everyones = batches.next()) {
                BatchDigest before = BatchDigest.of(everyones);
                assertThat(BatchDigest.of(mine)).isEqualTo(before);
                mine.slot().fill((byte) 7);
                assertThat(mine.slot().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 7);
                assertThat(BatchDigest.of(everyones)).isEqualTo(before);
                assertThat(everyones.slot().isReadOnly()).isTrue();
                assertThatThrownBy(() -> everyones.slot().fill((byte) 7)).isInstanceOf(RuntimeException.class);
            }
        }
    }

    @Test
    void aLoaderMayStreamAgainAndAfterwardsStillSaysWhereItStands() {
        try (RemoteLoader loader = trial("again")) {
            List<BatchDigest> once;
            try (BatchIterator batches = loader.iterator()) {
                once = rest(batches);
            }
            try (BatchIterator batches = loader.iterator()) {
                assertThatThrownBy(loader::iterator).isInstanceOf(IllegalStateException.class);
                assertThat(rest(batches)).isEqualTo(once);
            }
            assertThat(loader.state(7).nextPosition()).isEqualTo(7 * 12);
            assertThat(loader.counters().batches()).isEqualTo(2L * once.size());
        }
    }

    @Test
    void aStreamThatFailsAtOnceTellsItsFirstClientWhyAndLeavesNothing() throws IOException {
        for (int i = 0; i < 150; i++) {
            AttachRequest tooSmall = TestDaemon.request(
                            "small", uri, Map.of("seed", Integer.toString(i), "batch", "530"))
                    .withSlotBytes(SlotArena.GRANULE_BYTES);
            try (RemoteLoader loader = TestDaemon.attach(socket, tooSmall);
                    BatchIterator batches = loader.iterator()) {
                assertThatThrownBy(batches::hasNext)
                        .isInstanceOf(ResourceExhaustedException.class)
                        .hasMessageContaining("batchBytes=");
            }
            assertThat(stats().path("error").isMissingNode())
                    .as("stats after %d", i)
                    .isTrue();
        }
    }

    @Test
    void clientsThatVanishAtAnyPointLeaveNothing() throws IOException {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 60; i++) {
            try (RawClient client = RawClient.greeted(socket)) {
                if (random.nextInt(4) > 0) {
                    ObjectNode reply = client.ask("{\"id\":1,\"do\":\"attach\",\"job\":\"job-" + i + "\",\"uri\":\""
                            + uri + "\",\"options\":{\"seed\":" + random.nextInt(3) + "}}");
                    assertThat(reply.path("error").isMissingNode())
                            .as("seed %d: %s", seed, reply)
                            .isTrue();
                    for (int frames = random.nextInt(5); frames > 0; frames--) {
                        client.next();
                    }
                }
            }
        }
    }
}
