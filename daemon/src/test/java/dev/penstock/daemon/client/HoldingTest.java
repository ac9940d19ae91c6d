package dev.penstock.daemon.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.penstock.batch.Batch;
import dev.penstock.daemon.protocol.AttachRequest;
import dev.penstock.daemon.protocol.AttachRequest.Sharing;
import dev.penstock.daemon.server.Daemon;
import dev.penstock.daemon.server.TestDaemon;
import dev.penstock.error.ResourceExhaustedException;
import dev.penstock.loader.BatchIterator;
import dev.penstock.memory.SlotArena;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Clients that hold what keeps their next batch from coming are told so, and do not wait for ever.
@Timeout(60)
class HoldingTest {

    /// 53 samples of the laws' dataset: one epoch in two batches, of three granules and more.
    private static final Map<String, String> PLAN = Map.of("batch", "40");

    private static final Duration AT_ONCE = Duration.ofMillis(1);

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
    void stop() {
        daemon.close();
    }

    private RemoteLoader attach(String job, long slotBytes, int credits, Sharing sharing) {
        AttachRequest request = AttachRequest.of(job, uri, PLAN)
                .withSlotBytes(slotBytes)
                .withCredits(credits)
                .withSharing(sharing);
        return RemoteLoader.attach(socket, request, ReconnectPolicy.never(), AT_ONCE);
    }

    /// In whole granules.
    private long largestBatchBytes() {
        long largest = 0;
        try (RemoteLoader loader = attach("measure", TestDaemon.STREAM_BYTES * 4, 4, Sharing.SHARED);
                BatchIterator batches = loader.iterator()) {
            for (int i = 0; i < 8; i++) {
                try (Batch batch = batches.next()) {
                    largest = Math.max(largest, batch.layout().totalBytes());
                }
            }
        }
        return Math.ceilDiv(largest, SlotArena.GRANULE_BYTES) * SlotArena.GRANULE_BYTES;
    }

    @Test
    void slotsWithoutRoomForTwoBatchesAreReportedWithTheBytesThatSuffice() {
        long tooFew = largestBatchBytes();
        long sufficient;
        try (RemoteLoader loader = attach("small", tooFew, 4, Sharing.SHARED);
                BatchIterator batches = loader.iterator()) {
            ResourceExhaustedException told = null;
            Batch held = batches.next();
            for (int i = 0; i < 8 && told == null; i++) {
                try {
                    Batch next = batches.next();
                    held.close();
                    held = next;
                } catch (ResourceExhaustedException full) {
                    told = full;
                }
            }
            assertThat(told)
                    .hasMessageContaining("waiting for a batch")
                    .hasMessageContaining("held=1")
                    .hasMessageContaining("neededBytes=")
                    .hasMessageContaining("slotBytes=" + tooFew);
            sufficient = sufficientBytes(told);
            held.close();
            batches.next().close();
        }
        try (RemoteLoader loader = attach("enough", sufficient, 4, Sharing.SHARED);
                BatchIterator batches = loader.iterator()) {
            Batch held = batches.next();
            for (int i = 0; i < 8; i++) {
                Batch next = batches.next();
                held.close();
                held = next;
            }
            held.close();
        }
    }

    private static long sufficientBytes(ResourceExhaustedException told) {
        Matcher stated = Pattern.compile("of (\\d+)").matcher(told.getMessage());
        assertThat(stated.find()).as(told.getMessage()).isTrue();
        return Long.parseLong(stated.group(1));
    }

    @Test
    void trialsThatHoldTheSameBatchAndBothWaitAreTold() {
        long tooFew = largestBatchBytes();
        try (RemoteLoader one = attach("one", tooFew, 4, Sharing.SHARED);
                RemoteLoader two = attach("two", tooFew, 4, Sharing.SHARED);
                BatchIterator first = one.iterator();
                BatchIterator second = two.iterator()) {
            Batch ofFirst = first.next();
            Batch ofSecond = second.next();
            Thread other = Thread.ofPlatform().start(() -> waitUntilTold(second));
            waitUntilTold(first);
            ofFirst.close();
            ofSecond.close();
            join(other);
        }
    }

    private static void waitUntilTold(BatchIterator batches) {
        List<Batch> more = new ArrayList<>();
        assertThatThrownBy(() -> {
                    while (true) {
                        more.add(batches.next());
                    }
                })
                .isInstanceOf(ResourceExhaustedException.class);
        more.forEach(Batch::close);
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException stopped) {
            throw new AssertionError(stopped);
        }
    }

    @Test
    void holdingAsManyBatchesAsCreditsIsReported() {
        try (RemoteLoader loader = attach("hoarder", 16 * TestDaemon.STREAM_BYTES, 3, Sharing.EXCLUSIVE);
                BatchIterator batches = loader.iterator()) {
            List<Batch> held = List.of(batches.next(), batches.next(), batches.next());
            assertThatThrownBy(batches::next)
                    .asInstanceOf(type(ResourceExhaustedException.class))
                    .extracting(Throwable::getMessage)
                    .asString()
                    .contains("held=3", "credits=3");
            held.getFirst().close();
            batches.next().close();
        }
    }

    @Test
    void holdingMoreThanAShareOfTheSlotsIsReported() {
        long slotBytes = 6 * largestBatchBytes();
        try (RemoteLoader loader = attach("hoarder", slotBytes, AttachRequest.MAX_CREDITS, Sharing.SHARED);
                BatchIterator batches = loader.iterator()) {
            List<Batch> held = new ArrayList<>();
            assertThatThrownBy(() -> {
                        while (true) {
                            held.add(batches.next());
                        }
                    })
                    .isInstanceOf(ResourceExhaustedException.class)
                    .hasMessageContaining("mostBytes=" + slotBytes / 2);
            assertThat(held).hasSizeGreaterThanOrEqualTo(2);
            held.forEach(Batch::close);
            batches.next().close();
        }
    }
}
