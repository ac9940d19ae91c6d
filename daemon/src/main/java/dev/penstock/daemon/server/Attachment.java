package dev.penstock.daemon.server;

import dev.penstock.daemon.protocol.Announcement;
import dev.penstock.daemon.protocol.AttachRequest;
import dev.penstock.daemon.protocol.FrameType;
import dev.penstock.daemon.protocol.FrameWriter;
import dev.penstock.daemon.protocol.Json;
import dev.penstock.daemon.protocol.MalformedFrameException;
import dev.penstock.daemon.protocol.Position;
import dev.penstock.daemon.protocol.Refusal;
import dev.penstock.daemon.protocol.SegmentNotice;
import dev.penstock.daemon.socket.LocalSocket;
import dev.penstock.daemon.stats.ClientStats;
import dev.penstock.daemon.stats.WaitsFor;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.ResourceExhaustedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// One client's attachment: where it is in the order, what it holds, and the connection it is told on.
///
/// Ownership: what is announced is the client's until it releases it or the attachment is closed. Threading: any
/// thread; streams call it under their lock, so nothing here waits: a client that does not read what it is sent is
/// disconnected.
final class Attachment {

    /// A loop over batches often holds the last one while it asks for the next.
    private static final int ALWAYS = 2;

    private final LocalSocket socket;
    private final FrameWriter writer;
    private final AttachRequest request;
    private final List<Integer> ranks;
    private final TicketCounter tickets;
    private final Jobs.Seat seat;
    private final ClientAccount account;

    private final Map<Long, Held> held = new HashMap<>();
    private long heldBytes;
    private Position position;

    /// Since when this client has had room for the batch that is next, where it was ready before.
    private long roomSinceNanos;

    private boolean full;
    private @Nullable StreamReader reader;
    private @Nullable SharedStream segmentOf;
    private int segment;
    private boolean begun;
    private boolean waiting;
    private boolean closed;

    private record Held(SharedStream stream, KeptBatch batch) {}

    /// @param ranks that are delivered, ascending
    /// @param tickets of the connection, which may have had another attachment before
    /// @param seat is left free when the stream has failed, for whoever attaches again
    Attachment(
            LocalSocket socket,
            FrameWriter writer,
            AttachRequest request,
            List<Integer> ranks,
            long startStep,
            TicketCounter tickets,
            Jobs.Seat seat) {
        this.socket = socket;
        this.writer = writer;
        this.request = request;
        this.ranks = ranks;
        this.tickets = tickets;
        this.seat = seat;
        this.account = new ClientAccount(request.credits());
        this.position = new Position(startStep, ranks.getFirst());
    }

    AttachRequest request() {
        return request;
    }

    /// Of the batch that is announced next.
    synchronized Position position() {
        return position;
    }

    synchronized boolean hasBegun() {
        return begun;
    }

    /// Whether a batch is before what this client is to get.
    synchronized boolean hasHad(Position of) {
        return of.compareTo(position) < 0;
    }

    /// Whether one more batch may be announced.
    ///
    /// @param shareBytes what this client may hold, but for the first two batches
    synchronized boolean hasRoom(long shareBytes) {
        full = held.size() >= request.credits() || (held.size() >= ALWAYS && heldBytes >= shareBytes);
        return begun && !full;
    }

    /// Fails where the client holds so much that nothing more is announced to it.
    synchronized void requireRoom(long shareBytes) {
        if (begun && !hasRoom(shareBytes)) {
            throw new ResourceExhaustedException(FailureMessage.of("waiting for a batch")
                    .with("held", held.size())
                    .with("credits", request.credits())
                    .with("heldBytes", heldBytes)
                    .with("mostBytes", shareBytes)
                    .remedy("give batches back before the next one is asked for, or attach with more \"credits\" and"
                            + " \"slots\" (--slots of `penstock serve`)"));
        }
    }

    /// Says that the client does nothing before the next batch comes; fails where it cannot come.
    void await() {
        StreamReader current;
        synchronized (this) {
            waiting = true;
            current = reader;
        }
        if (current != null) {
            current.stream.requireProspect(current);
        }
    }

    /// Whether the client said that it waits, and was announced nothing since, and released nothing.
    synchronized boolean isWaiting() {
        return waiting;
    }

    /// Lets announcements begin; the client was told that it is attached.
    void begin() {
        synchronized (this) {
            begun = true;
            account.begin();
            roomSinceNanos = System.nanoTime();
        }
        serve();
    }

    private void serve() {
        StreamReader current;
        synchronized (this) {
            current = reader;
        }
        if (current != null) {
            current.stream.serve(current);
        }
    }

    /// Reads on from another place.
    void continueIn(StreamReader place) {
        boolean gone;
        synchronized (this) {
            gone = closed;
            if (!gone) {
                reader = place;
            }
        }
        if (gone) {
            place.stream.leave(place);
        } else {
            serve();
        }
    }

    /// Announces the next batch; false when the client is gone, and does not hold it.
    synchronized boolean announce(SharedStream stream, KeptBatch kept) {
        if (closed) {
            return false;
        }
        try {
            enter(stream);
            waiting = false;
            long ticket = tickets.next();
            held.put(ticket, new Held(stream, kept));
            heldBytes += kept.bytes();
            position = kept.position().next(ranks);
            long nowNanos = System.nanoTime();
            account.announced(kept.batch.layout(), held.size(), nowNanos);
            writer.write(new Announcement(
                    ticket,
                    Math.max(kept.batch.readyNanos(), roomSinceNanos),
                    segment,
                    kept.slotOffset,
                    kept.batch.epoch(),
                    kept.batch.step(),
                    kept.batch.rank(),
                    kept.batch.balanceRatio(),
                    kept.batch.layout()));
        } catch (IOException notReading) {
            socket.close();
        }
        return true;
    }

    private void enter(SharedStream stream) throws IOException {
        if (segmentOf == stream) {
            return;
        }
        if (segmentOf != null) {
            writer.retired(segment);
        }
        segmentOf = stream;
        segment = tickets.nextSegment();
        SegmentNotice notice = new SegmentNotice(
                segment, stream.sharing().access(), stream.memory().memory().sizeBytes());
        int descriptor = stream.memory().descriptor();
        writer.write(notice, frame -> socket.sendNow(frame, descriptor));
    }

    /// Tells that no batch follows.
    void end(Ending how) {
        synchronized (this) {
            account.end();
        }
        try {
            switch (how) {
                case Ending.Completed(long step) -> writer.end(step);
                case Ending.Failed(var reason) -> {
                    seat.close();
                    writer.write(FrameType.FAILED, Json.bytes(reason.toJson()));
                }
            }
        } catch (IOException notReading) {
            socket.close();
        }
    }

    /// Ends what is delivered, and says why. What the client holds stays its own until it is released or this is
    /// closed.
    void expel(Refusal reason) {
        StreamReader place;
        synchronized (this) {
            closed = true;
            place = reader;
            reader = null;
        }
        end(new Ending.Failed(reason));
        if (place != null) {
            place.stream.leave(place);
        }
    }

    /// Takes a batch back; fails for a ticket that is not out.
    void release(long ticket) throws MalformedFrameException {
        Held given;
        synchronized (this) {
            given = held.remove(ticket);
            if (given == null) {
                throw new MalformedFrameException(
                        "RELEASE of ticket " + Long.toUnsignedString(ticket) + ", which is not out");
            }
            heldBytes -= given.batch.bytes();
            waiting = false;
            account.released(held.size());
            if (full) {
                full = false;
                roomSinceNanos = System.nanoTime();
            }
        }
        given.stream.release(given.batch);
    }

    /// Announces what released batches have made room for.
    void released() {
        serve();
    }

    /// What the client holds now.
    synchronized int heldCount() {
        return held.size();
    }

    /// What of it is in the memory of one stream.
    synchronized int heldIn(SharedStream stream) {
        return (int) held.values().stream()
                .filter(each -> each.stream.equals(stream))
                .count();
    }

    /// Bytes of what the client holds, in whole granules.
    synchronized long heldBytes() {
        return heldBytes;
    }

    @Nullable
    synchronized SharedStream stream() {
        return reader == null ? null : reader.stream;
    }

    @Nullable
    synchronized StreamReader reader() {
        return reader;
    }

    List<Integer> ranks() {
        return ranks;
    }

    /// What this client waits for, seen from here; empty when its stream must say.
    synchronized Optional<WaitsFor> waitsFor() {
        if (account.hasEnded()) {
            return Optional.of(WaitsFor.END);
        }
        return account.isHungry() ? Optional.empty() : Optional.of(WaitsFor.TRAINER);
    }

    /// @param stream number of its stream; empty where it has none now
    synchronized ClientStats stats(OptionalInt stream, long lag, WaitsFor waitsFor) {
        long nowNanos = System.nanoTime();
        return new ClientStats(
                ranks.size() == 1 ? OptionalInt.of(ranks.getFirst()) : OptionalInt.empty(),
                stream,
                position.step(),
                account.attached(nowNanos),
                account.batches(),
                account.samples(),
                account.payloadBytes(),
                held.size(),
                request.credits(),
                lag,
                account.hungry(nowNanos),
                waitsFor);
    }

    /// Gives back everything the client holds and its place in the stream. Closing twice does nothing.
    void close() {
        List<Held> all;
        StreamReader place;
        synchronized (this) {
            closed = true;
            all = new ArrayList<>(held.values());
            held.clear();
            heldBytes = 0;
            place = reader;
            reader = null;
        }
        for (Held given : all) {
            given.stream.release(given.batch);
        }
        if (place != null) {
            place.stream.leave(place);
        }
    }
}
