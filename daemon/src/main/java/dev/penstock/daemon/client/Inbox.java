package dev.penstock.daemon.client;

import dev.penstock.batch.Batch;
import dev.penstock.daemon.protocol.Announcement;
import dev.penstock.daemon.protocol.AttachReply;
import dev.penstock.daemon.protocol.Frame;
import dev.penstock.daemon.protocol.Json;
import dev.penstock.daemon.protocol.MalformedFrameException;
import dev.penstock.daemon.protocol.Refusal;
import dev.penstock.daemon.protocol.Request;
import dev.penstock.daemon.protocol.SegmentNotice;
import dev.penstock.daemon.socket.LocalSocket;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// What a daemon has said and nobody has taken yet, and the memory that it has shared.
///
/// Ownership: an announced batch holds its slot until it is taken, or [#close()]; from then on the taker gives it back.
/// Guarded by its session's lock.
final class Inbox {

    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final LocalSocket socket;
    private final ArrayDeque<Arrived> announced = new ArrayDeque<>();
    private final Map<Integer, MappedSegment> segments = new HashMap<>();

    /// Every segment that is mapped, retired or not.
    private final List<MappedSegment> mapped = new ArrayList<>();

    private final Map<Long, ObjectNode> replies = new HashMap<>();
    private @Nullable AttachReply attachment;
    private @Nullable Refusal failure;
    private boolean ended;

    /// An announced batch that was not taken yet; its slot is held.
    record Arrived(Announcement batch, MappedSegment segment, MemorySegment slot) {

        Batch toBatch(AttachReply attachment, Runnable release) {
            return new Batch(
                    batch.epoch(),
                    batch.step(),
                    batch.rank(),
                    attachment.fields(),
                    batch.layout(),
                    slot,
                    batch.balanceRatio(),
                    batch.readyNanos(),
                    release);
        }
    }

    /// @param socket that descriptors come from
    Inbox(LocalSocket socket) {
        this.socket = socket;
    }

    void accept(Frame frame) throws IOException {
        switch (frame.type()) {
            case BATCH -> acceptBatch(frame.body());
            case REPLY -> acceptReply(Json.parse(frame.bytes()));
            case SEGMENT -> acceptSegment(SegmentNotice.decode(frame.body()));
            case RETIRED -> retire(frame.body().get(U32, 0));
            case END -> ended = true;
            case FAILED -> failure = Refusal.parse(Json.parse(frame.bytes()));
            case GOODBYE, REFUSED ->
                throw new IOException(Refusal.parse(Json.parse(frame.bytes())).message());
            case HELLO, WELCOME, REQUEST, RELEASE -> throw new MalformedFrameException(frame.type() + " frame");
        }
    }

    private void acceptBatch(MemorySegment body) throws IOException {
        if (attachment == null) {
            throw new MalformedFrameException("BATCH before the reply to attach");
        }
        Announcement batch = Announcement.decode(
                body, attachment.layout(), attachment.fields().size());
        MappedSegment segment = segments.get(batch.segment());
        if (segment == null) {
            throw new MalformedFrameException("BATCH in segment " + batch.segment() + ", which never came");
        }
        MemorySegment slot = segment.hold(batch.slotOffset(), batch.layout().totalBytes());
        announced.add(new Arrived(batch, segment, slot));
    }

    /// The reply to an attach is understood here, because batches may follow it at once.
    private void acceptReply(ObjectNode reply) throws IOException {
        if (attachment == null && reply.get("fields") != null) {
            attachment = AttachReply.parse(reply);
        }
        replies.put(reply.path(Request.ID).asLong(-1), reply);
    }

    private void acceptSegment(SegmentNotice notice) throws IOException {
        OptionalInt descriptor = socket.takeDescriptor();
        if (descriptor.isEmpty()) {
            throw new MalformedFrameException("SEGMENT without a descriptor");
        }
        try {
            MappedSegment segment = MappedSegment.map(descriptor.getAsInt(), notice);
            segments.put(notice.number(), segment);
            mapped.removeIf(earlier -> !earlier.isMapped());
            mapped.add(segment);
        } finally {
            LocalSocket.closeDescriptor(descriptor.getAsInt());
        }
    }

    private void retire(int number) throws MalformedFrameException {
        MappedSegment segment = segments.remove(number);
        if (segment == null) {
            throw new MalformedFrameException("RETIRED for segment " + number + ", which never came");
        }
        segment.retire();
    }

    AttachReply requireAttached() {
        if (attachment == null) {
            throw new IllegalStateException("not attached");
        }
        return attachment;
    }

    /// The reply to a request; null while there is none.
    @Nullable
    ObjectNode takeReply(long id) {
        return replies.remove(id);
    }

    /// The first batch that was announced; null where none is.
    @Nullable
    Arrived takeBatch() {
        return announced.poll();
    }

    boolean hasBatch() {
        return !announced.isEmpty();
    }

    /// Why no batch follows; null while that is not so.
    @Nullable
    Refusal failure() {
        return failure;
    }

    /// Whether every batch of the run was announced.
    boolean isEnded() {
        return ended;
    }

    /// Lets go of what nobody took; memory goes with the last batch in it.
    void close() {
        announced.forEach(arrived -> arrived.segment.release());
        announced.clear();
        segments.values().forEach(MappedSegment::retire);
        segments.clear();
    }

    /// Unmaps what batches still hold: using them throws from then on.
    void reap() {
        mapped.forEach(MappedSegment::reap);
    }
}
