package dev.penstock.daemon.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.batch.Batch;
import dev.penstock.daemon.client.RemoteLoader;
import dev.penstock.daemon.protocol.AttachRequest;
import dev.penstock.daemon.protocol.Json;
import dev.penstock.daemon.stats.ClientStats;
import dev.penstock.daemon.stats.DaemonStats;
import dev.penstock.daemon.stats.JobStats;
import dev.penstock.daemon.stats.StreamStats;
import dev.penstock.daemon.stats.WaitsFor;
import dev.penstock.loader.BatchIterator;
import dev.penstock.loader.Stage;
import dev.penstock.memory.SlotArena;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/// What a daemon says of its jobs while they run.
@Timeout(15)
class StatsTest {

    private static final int BATCH = 5;
    private static final long STEPS = 22;

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
    void close() {
        daemon.close();
    }

    private AttachRequest request(String job, String... more) {
        Map<String, String> options =
                new HashMap<>(Map.of("seed", "1", "batch", Integer.toString(BATCH), "epochs", "2"));
        for (int i = 0; i < more.length; i += 2) {
            options.put(more[i], more[i + 1]);
        }
        return TestDaemon.request(job, uri, options);
    }

    /// One of two ranks, with slots in which a client may be a few steps behind another.
    private AttachRequest roomy(String job, int rank) {
        return request(job, "ranks", "2", "rank", Integer.toString(rank)).withSlotBytes(4 * TestDaemon.STREAM_BYTES);
    }

    private JobStats job(String name) {
        return daemon.snapshot().jobs().stream()
                .filter(job -> job.job().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private ClientStats client(String job) {
        return job(job).clients().getFirst();
    }

    private void awaitState(String job, WaitsFor wanted) {
        while (job(job).waitsFor() != wanted) {
            assertThat(Thread.currentThread().isInterrupted())
                    .as("waits for %s in place of %s", job(job), wanted)
                    .isFalse();
        }
    }

    /// Waits until nothing moves: every client holds all it may.
    private void awaitRest(String job) {
        awaitState(job, WaitsFor.TRAINER);
        while (job(job).clients().stream().anyMatch(client -> client.held() < client.credits())) {
            assertThat(Thread.currentThread().isInterrupted())
                    .as("%s", job(job))
                    .isFalse();
        }
    }

    @Test
    void aTrainerThatDoesNotTakeItsBatchesIsWhatItsJobWaitsFor() {
        try (RemoteLoader loader = TestDaemon.attach(socket, request("slow"));
                BatchIterator batches = loader.iterator()) {
            Batch held = batches.next();
            awaitRest("slow");
            ClientStats before = client("slow");
            assertThat(before.held()).isEqualTo(before.credits());
            assertThat(before.batches()).isEqualTo(before.step()).isPositive();
            assertThat(before.samples()).isEqualTo(before.batches() * BATCH);
            assertThat(before.payloadBytes()).isPositive();

            assertThat(client("slow").hungry()).isEqualTo(before.hungry());
            assertThat(client("slow").attached()).isGreaterThan(before.hungry());
            held.close();
        }
    }

    @Test
    void aClientThatHadItsLastBatchWaitsForNothing() {
        try (RemoteLoader loader = TestDaemon.attach(socket, request("done"));
                BatchIterator batches = loader.iterator()) {
            batches.forEachRemaining(Batch::close);
            awaitState("done", WaitsFor.END);
            ClientStats done = client("done");

            assertThat(done.samples()).isEqualTo(2 * 53);
            assertThat(done.batches()).isEqualTo(STEPS);
            assertThat(client("done").hungry()).isEqualTo(done.hungry()).isPositive();
        }
    }

    @Test
    void aClientThatHoldsTheOnlySlotIsSaidToWaitForOne() {
        AttachRequest ample = request("first", "batch", "53");
        long slotBytes;
        try (RemoteLoader loader = TestDaemon.attach(socket, ample);
                BatchIterator batches = loader.iterator();
                Batch first = batches.next()) {
            slotBytes = Math.ceilDiv(first.slot().byteSize(), SlotArena.GRANULE_BYTES) * SlotArena.GRANULE_BYTES;
        }
        AttachRequest tight = request("tight", "batch", "53").withSlotBytes(slotBytes);
        try (RemoteLoader loader = TestDaemon.attach(socket, tight);
                BatchIterator batches = loader.iterator()) {
            try (Batch only = batches.next()) {
                awaitState("tight", WaitsFor.SLOT);
                assertThat(client("tight").held()).isOne();
                assertThat(only.sampleCount()).isEqualTo(53);
            }
            batches.next().close();
        }
    }

    @Test
    void ranksAndTrialsShowWhereTheyAre() {
        try (RemoteLoader rank0 = TestDaemon.attach(socket, roomy("two-ranks", 0));
                RemoteLoader rank1 = TestDaemon.attach(socket, roomy("two-ranks", 1));
                RemoteLoader trial = TestDaemon.attach(socket, roomy("trial", 1));
                BatchIterator first = rank0.iterator();
                BatchIterator second = rank1.iterator();
                BatchIterator third = trial.iterator()) {
            first.next().close();
            for (int step = 0; step < 6; step++) {
                second.next().close();
            }
            third.next().close();
            rank1.commit(2);
            awaitRest("two-ranks");
            awaitRest("trial");
            DaemonStats now = daemon.snapshot();

            assertThat(now.jobs()).extracting(JobStats::job).containsExactly("trial", "two-ranks");
            JobStats two = now.jobs().get(1);
            assertThat(two.ranks()).containsExactly(0, 1);
            assertThat(two.committed()).hasValue(2);
            assertThat(two.clients())
                    .extracting(ClientStats::rank)
                    .containsExactly(OptionalInt.of(0), OptionalInt.of(1));
            ClientStats behind = now.jobs().getFirst().clients().getFirst();
            ClientStats ahead = two.clients().get(1);
            assertThat(behind.stream()).isEqualTo(ahead.stream()).isNotEqualTo(two.clients().getFirst().stream());
            assertThat(behind.lag()).isEqualTo(ahead.step() - behind.step()).isPositive();
            assertThat(ahead.lag()).isZero();
            assertThat(now.streams()).extracting(StreamStats::stream).containsExactly(0, 1);
            assertThat(now.streams()).extracting(StreamStats::clients).containsExactlyInAnyOrder(1, 2);
            assertThat(now.streams()).allSatisfy(stream -> {
                assertThat(stream.steps()).hasValue(STEPS);
                assertThat(stream.age()).isGreaterThan(Duration.ZERO);
                assertThat(stream.slotUse().usedBytes())
                        .isBetween(1L, stream.slotUse().capacityBytes());
            });
        }
    }

    @Test
    void theReplySaysWhatTheSnapshotSays() throws IOException {
        try (RemoteLoader loader = TestDaemon.attach(socket, request("told"));
                BatchIterator batches = loader.iterator();
                RawClient asking = RawClient.greeted(socket)) {
            batches.next().close();
            awaitRest("told");
            ObjectNode reply = asking.ask("{\"id\":1,\"do\":\"stats\"}");
            DaemonStats told = Json.read(reply, DaemonStats.class);
            DaemonStats now = daemon.snapshot();

            assertThat(reply.path("jobs").path(0).path("waitsFor").asString()).isEqualTo("trainer");
            assertThat(told.pid()).isEqualTo(ProcessHandle.current().pid());
            assertThat(told.slots()).isEqualTo(now.slots());
            assertThat(told.cache().ram().capacityBytes())
                    .isEqualTo(now.cache().ram().capacityBytes());
            assertThat(told.jobs()).extracting(JobStats::job).containsExactly("told");
            assertThat(told.jobs().getFirst().clients().getFirst().batches())
                    .isEqualTo(client("told").batches());
            assertThat(told.streams().getFirst().loader().waits()).containsOnlyKeys(Stage.values());
        }
    }
}
