package dev.penstock.daemon.server;

import dev.penstock.batch.Batch;
import dev.penstock.daemon.protocol.AttachRequest.Sharing;
import dev.penstock.daemon.protocol.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Which client of a stream is announced which batch, and which batches are kept for that.
///
/// ```
///            first                              end
///   ─ dropped ─┼── kept: announced or not ───────┼─ ready in the loader ─ being filled ─►
///              ▲ slowest cursor                  ▲ fastest cursor
/// ```
///
/// A quarter of the slot memory is for batches behind the fastest client: those that slower ones have yet to get, and
/// some that all have had, so that a trial started a little later joins. Whoever would need more is a laggard, and
/// leaves. What clients hold has half of the memory at most, so that the loader always has a quarter to read ahead in;
/// and when it has no room all the same, because the rest is in pieces, what is behind goes first.
///
/// Guarded by the stream's lock.
final class Handout {

    private final SharedStream stream;
    private final Sharing sharing;
    private final List<Integer> ranks;
    private final long lagBytes;
    private final long capacityBytes;

    private final StreamWindow window = new StreamWindow();
    private final StreamReaders readers = new StreamReaders();

    /// Readers that would need more than is kept, and were removed.
    private final List<StreamReader> laggards = new ArrayList<>();

    /// Where the batch that is taken next is.
    private Position next;

    private @Nullable Ending ending;

    /// Whether the loader finds no room for its next batch.
    private boolean starving;

    /// @param ranks that are delivered, ascending
    /// @param capacityBytes of the slots
    Handout(SharedStream stream, Sharing sharing, List<Integer> ranks, long startStep, long capacityBytes) {
        this.stream = stream;
        this.sharing = sharing;
        this.ranks = ranks;
        this.capacityBytes = capacityBytes;
        this.lagBytes = sharing == Sharing.SHARED ? capacityBytes / 4 : 0;
        this.next = new Position(startStep, ranks.getFirst());
    }

    /// Adds a client where its position is one that can still be delivered; null where it is not.
    @Nullable
    StreamReader join(Attachment client, Position from) {
        // What failed here may succeed in a stream that is begun anew.
        if (ending instanceof Ending.Failed || (sharing == Sharing.EXCLUSIVE && !readers.isEmpty())) {
            return null;
        }
        Position oldest = window.first() == window.end()
                ? next
                : window.get(window.first()).position();
        // A stream begins at a whole step; a client that was moved within one skips what it has.
        if (from.compareTo(oldest) < 0 || from.step() > next.step()) {
            return null;
        }
        long cursor = window.first();
        while (cursor < window.end() && window.get(cursor).position().compareTo(from) < 0) {
            cursor++;
        }
        StreamReader reader = new StreamReader(stream, client, cursor);
        readers.add(reader);
        return reader;
    }

    void leave(StreamReader reader) {
        readers.remove(reader);
    }

    /// Announces what a client has room for.
    void serve(StreamReader reader) {
        if (readers.contains(reader)) {
            offer(reader);
            trim();
            relieve();
        }
    }

    /// Whether another batch is to be taken from the loader.
    boolean hasDemand() {
        return ending == null && (isWanted() || isWantedSoon());
    }

    /// Whether a client waits for the batch after the last one that was taken.
    private boolean isWanted() {
        return readers.isWanted(window.end(), shareBytes());
    }

    /// Whether taking one ahead lets the fastest client have it at once when it releases.
    private boolean isWantedSoon() {
        return window.end() == fastest() && window.bytes() <= lagBytes / 2;
    }

    private long fastest() {
        return readers.fastest(window.first());
    }

    /// What one client may hold, so that all of them together leave the loader room to read ahead.
    private long shareBytes() {
        return sharing == Sharing.EXCLUSIVE ? capacityBytes : capacityBytes / 2 / Math.max(1, readers.count());
    }

    /// Announces a batch that was taken from the loader.
    void accept(Batch batch, long slotOffset) {
        starving = false;
        window.add(batch, slotOffset);
        next = new Position(batch.step(), batch.rank()).next(ranks);
        readers.forEach(this::offer);
        trim();
    }

    /// Tells that no batch follows.
    void end(Ending how) {
        ending = how;
        readers.forEach(this::offer);
    }

    private void offer(StreamReader reader) {
        while (reader.cursor < window.end()) {
            KeptBatch kept = window.get(reader.cursor);
            boolean has = reader.client.hasHad(kept.position());
            if (!has && !reader.client.hasRoom(shareBytes())) {
                return;
            }
            reader.cursor++;
            if (!has && reader.client.announce(stream, kept)) {
                window.hold(kept);
            }
        }
        if (ending != null && !reader.endTold && reader.client.hasBegun()) {
            reader.endTold = true;
            reader.client.end(ending);
        }
    }

    /// Drops what is behind the fastest client beyond the quarter that is for it, and who still needed it with it.
    private void trim() {
        while (window.bytes() > lagBytes && window.first() < fastest()) {
            dropUntil(window.first() + 1);
        }
    }

    /// The loader waits because no slot has room.
    void makeRoom() {
        starving = true;
        relieve();
    }

    /// Drops what nobody needs when the loader has no room; and where that frees nothing while a client waits, what
    /// only slower ones need. The loader says so again when what was freed is not enough.
    private void relieve() {
        if (starving) {
            boolean freed = dropUntil(readers.slowest(window.end()));
            if (!freed && isWanted()) {
                freed = dropUntil(fastest());
            }
            starving = !freed;
        }
    }

    /// Drops the batches before `number`; true when that freed a slot.
    private boolean dropUntil(long number) {
        boolean freed = false;
        while (window.first() < number) {
            laggards.addAll(readers.removeAt(window.first()));
            freed |= window.dropFirst();
        }
        return freed;
    }

    /// Removes and returns the laggards there are, to be moved to streams of their own.
    List<StreamReader> takeLaggards() {
        if (laggards.isEmpty()) {
            return List.of();
        }
        List<StreamReader> all = List.copyOf(laggards);
        laggards.clear();
        return all;
    }

    /// Takes a batch back from a client, which may have been moved to another stream since.
    void release(KeptBatch kept) {
        window.release(kept);
    }

    /// Fails where the client holds so much that nothing more is announced to it, or where the loader needs
    /// `neededBytes` that nobody will release.
    void requireProspect(StreamReader asking, OptionalLong neededBytes) {
        asking.client.requireRoom(shareBytes());
        if (neededBytes.isPresent()) {
            readers.requireOneThatReleases(asking, window.held(), neededBytes.getAsLong(), capacityBytes);
        }
    }

    /// Batches announced and not released, counted for each client.
    int held() {
        return window.held();
    }

    boolean isEmpty() {
        return readers.isEmpty();
    }

    int readerCount() {
        return readers.count();
    }

    /// Where a client is; null for one that is being moved to another stream.
    @Nullable
    StreamPlace place(StreamReader reader) {
        return !readers.contains(reader)
                ? null
                : new StreamPlace(Math.max(0, fastest() - reader.cursor), window.end() - reader.cursor);
    }

    /// The step of the batch that is taken next.
    long step() {
        return next.step();
    }
}
