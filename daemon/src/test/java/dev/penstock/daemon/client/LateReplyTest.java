package dev.penstock.daemon.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.batch.Batch;
import dev.penstock.batch.BatchLayout;
import dev.penstock.batch.ElementType;
import dev.penstock.batch.Field;
import dev.penstock.batch.Layout;
import dev.penstock.daemon.protocol.Announcement;
import dev.penstock.daemon.protocol.AttachReply;
import dev.penstock.daemon.protocol.AttachRequest;
import dev.penstock.daemon.protocol.FailureKind;
import dev.penstock.daemon.protocol.FrameReader;
import dev.penstock.daemon.protocol.FrameType;
import dev.penstock.daemon.protocol.FrameWriter;
import dev.penstock.daemon.protocol.Json;
import dev.penstock.daemon.protocol.Refusal;
import dev.penstock.daemon.protocol.Request;
import dev.penstock.daemon.protocol.SegmentNotice;
import dev.penstock.daemon.protocol.Welcome;
import dev.penstock.daemon.socket.LocalListener;
import dev.penstock.daemon.socket.LocalSocket;
import dev.penstock.loader.LoaderState;
import dev.penstock.memory.PageLocking;
import dev.penstock.memory.SharedAccess;
import dev.penstock.memory.SharedMemory;
import dev.penstock.memory.SlotArena;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/// A client of a daemon that says what the test says, in the order the test says it.
@Timeout(60)
class LateReplyTest {

    private static final int SLOT_BYTES = SlotArena.GRANULE_BYTES;

    @TempDir
    private Path scratch;

    @Test
    void aBatchThatComesBeforeTheReplyThatNoneCanComeIsTaken()
            throws IOException, InterruptedException, ExecutionException {
        Path path = scratch.resolve("socket");
        try (LocalListener listener = LocalListener.open(path)) {
            FutureTask<Void> daemon = new FutureTask<>(() -> {
                serve(listener);
                return null;
            });
            Thread.ofPlatform().daemon().start(daemon);
            try (Session session = Session.open(path, Duration.ofMillis(1))) {
                session.attach(AttachRequest.of("a", "file:/d", Map.of()));
                try (Batch held = session.take();
                        Batch next = session.take()) {
                    assertThat(held.step()).isZero();
                    assertThat(next.step()).isOne();
                }
            }
            daemon.get();
        }
    }

    private static void serve(LocalListener listener) throws IOException {
        try (LocalSocket socket = listener.accept();
                SharedMemory memory = SharedMemory.create(2L * SLOT_BYTES, PageLocking.OFF, SharedAccess.READ)) {
            FrameReader reader = new FrameReader(socket::receive);
            FrameWriter writer = new FrameWriter(socket::sendNow);
            reader.next();
            writer.write(Welcome.ofThisVersion());

            ObjectNode attached = reply(reader);
            attachment().describe(attached);
            writer.write(FrameType.REPLY, Json.bytes(attached));
            SegmentNotice notice =
                    new SegmentNotice(1, SharedAccess.READ, memory.memory().sizeBytes());
            writer.write(notice, frame -> socket.sendNow(frame, memory.descriptor()));
            writer.write(announcement(1));

            ObjectNode noProspect = reply(reader);
            writer.write(announcement(2));
            Refusal exhausted = new Refusal(FailureKind.EXHAUSTED, "no room a moment ago");
            noProspect.set("error", exhausted.toJson());
            writer.write(FrameType.REPLY, Json.bytes(noProspect));
            while (reader.next() != null) {
                assertThat(socket.takeDescriptor()).isEmpty();
            }
        }
    }

    private static ObjectNode reply(FrameReader reader) throws IOException {
        ObjectNode request = Json.parse(reader.next().bytes());
        ObjectNode reply = Json.object();
        reply.set(Request.ID, request.get(Request.ID));
        return reply;
    }

    private static AttachReply attachment() {
        LoaderState state =
                new LoaderState(LoaderState.VERSION, 1, "digest", 0, "full", "CARRY", 1, LoaderState.NO_WINDOW, 0, 0);
        List<Field> fields = List.of(new Field("x", ElementType.UINT8));
        return new AttachReply(List.of(0), 1, 0, 2, 1, 2, fields, new Layout.Packed(), state, OptionalLong.empty());
    }

    private static Announcement announcement(long ticket) {
        long step = ticket - 1;
        return new Announcement(ticket, 0, 1, step * SLOT_BYTES, 0, step, 0, 1, new BatchLayout(1, 1, 8));
    }
}
