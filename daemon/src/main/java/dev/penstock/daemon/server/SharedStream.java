package dev.penstock.daemon.server;

import dev.penstock.batch.Batch;
import dev.penstock.daemon.protocol.AttachRequest.Sharing;
import dev.penstock.daemon.protocol.Position;
import dev.penstock.daemon.protocol.Refusal;
import dev.penstock.loader.Loader;
import dev.penstock.loader.ReadyBatches;
import dev.penstock.memory.SharedMemory;
import java.lang.foreign.MemorySegment;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One loader, and the clients that read it, each at its own pace.
///
/// ```
///            first                              end
///   ─ dropped ─┼── kept: announced or not ───────┼─ ready in the loader ─ being filled ─►
///              ▲ slowest cursor                  ▲ fastest cursor
/// ```
///
/// A thread takes batches from the loader when the fastest client has a credit, and one ahead of that. A quarter of the
/// slot memory is for batches behind the fastest client: those that slower ones have yet to get, and some that all have
/// had, so that a trial started a little later joins. Whoever would need more is moved to a stream of its own, and
/// stalls nobody. What clients hold has half of the memory at most, so that the loader always has a quarter to read
/// ahead in; and when it has no room all the same, because the rest is in pieces, what is behind goes first.
///
/// Ownership: owns the loader and its memory. They go when the last client has left and the last batch was released.
/// Threading: any thread. Locks are taken in the order family, stream, client.
final class SharedStream {

    private final StreamPlan plan;
    private final Sharing sharing;
    private final SharedMemory memory;
    private final Loader loader;
    private final ReadyBatches batches;
    private final Consumer<StreamReader> mover;
    private final Consumer<SharedStream> onFreed;
    private final long lagBytes;
    private final long capacityBytes;
    private final long beganNanos = System.nanoTime();

    private final ReentrantLock lock = new ReentrantLock();

    /// Held by the thread that takes batches, one at a time. Whoever finds it held has asked its holder to look again.
    private final ReentrantLock turn = new ReentrantLock();

    private volatile boolean lookAgain;
    private volatile boolean started;

    private final StreamWindow window = new StreamWindow();
    private final StreamReaders readers = new StreamReaders();

    /// Where the batch that is taken next is.
    private Position next;

    private @Nullable Ending ending;

    /// Whether the loader finds no room for its next batch.
    private boolean starving;

    private boolean closed;
    private boolean freed;

    private SharedStream(
            StreamPlan plan,
            long startStep,
            Sharing sharing,
            SharedMemory memory,
            StreamResources resources,
            Consumer<StreamReader> mover,
            Consumer<SharedStream> onFreed) {
        this.plan = plan;
        this.sharing = sharing;
        this.memory = memory;
        this.capacityBytes = memory.memory().sizeBytes();
        this.lagBytes = sharing == Sharing.SHARED ? capacityBytes / 4 : 0;
        this.mover = mover;
        this.onFreed = onFreed;
        this.next = new Position(startStep, plan.config().localRanks().getFirst());
        this.loader = Loader.open(
                plan.index(),
                plan.store(),
                plan.settings()
                        .startStep(startStep)
                        .fetch(resources.config().fetch())
                        .build(),
                resources.limits().of(URI.create(plan.key().uri())),
                resources.cache(),
                memory.memory(),
                this::makeRoom);
        this.batches = loader.readyBatches(this::takeReady);
    }

    /// Begins to read `plan`, which belongs to the stream unless this fails.
    ///
    /// @param mover called, without a lock, for each client that fell too far behind
    /// @param onFreed called when the memory was given back
    static SharedStream open(
            StreamPlan plan,
            long startStep,
            Sharing sharing,
            long slotBytes,
            StreamResources resources,
            Consumer<StreamReader> mover,
            Consumer<SharedStream> onFreed) {
        resources.budget().reserve(slotBytes);
        SharedMemory memory = null;
        try {
            memory = SharedMemory.create(slotBytes, resources.config().pageLocking(), sharing.access());
            SharedStream stream = new SharedStream(plan, startStep, sharing, memory, resources, mover, freed -> {
                onFreed.accept(freed);
                resources.budget().release(slotBytes);
            });
            stream.started = true;
            stream.takeReady();
            return stream;
        } catch (RuntimeException refused) {
            if (memory != null) {
                memory.memory().close();
                memory.close();
            }
            resources.budget().release(slotBytes);
            throw refused;
        }
    }

    Sharing sharing() {
        return sharing;
    }

    SharedMemory memory() {
        return memory;
    }

    StreamPlan plan() {
        return plan;
    }

    Loader loader() {
        return loader;
    }

    /// Adds a client where its position is one this stream can still deliver; null where it is not.
    @Nullable
    StreamReader join(Attachment client, Position from) {
        lock.lock();
        try {
            // What failed here may succeed in a stream that is begun anew.
            if (closed || ending instanceof Ending.Failed || (sharing == Sharing.EXCLUSIVE && !readers.isEmpty())) {
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
            StreamReader reader = new StreamReader(this, client, cursor);
            readers.add(reader);
            return reader;
        } finally {
            lock.unlock();
        }
    }

    /// Announces what a client has room for; called when it has more than before.
    void serve(StreamReader reader) {
        List<StreamReader> laggards = new ArrayList<>();
        lock.lock();
        try {
            if (readers.contains(reader)) {
                offer(reader);
                trim(laggards);
                relieve(laggards);
            }
        } finally {
            lock.unlock();
        }
        laggards.forEach(mover);
        takeReady();
    }

    /// Takes and announces what is ready and wanted, on the thread that made it so: the one that decoded the batch, or
    /// that heard of a client's release.
    private void takeReady() {
        lookAgain = true;
        while (started && lookAgain && turn.tryLock()) {
            try {
                lookAgain = false;
                takeWhileWanted();
            } catch (RuntimeException | Error failure) {
                end(new Ending.Failed(Refusal.of(failure)));
            } finally {
                turn.unlock();
            }
        }
    }

    private void takeWhileWanted() {
        while (hasDemand()) {
            Batch batch = batches.poll();
            if (batch != null) {
                accept(batch);
            } else {
                if (batches.isEnded()) {
                    end(new Ending.Completed(loader.stepCount()));
                }
                return;
            }
        }
    }

    private boolean hasDemand() {
        lock.lock();
        try {
            return !closed && ending == null && (isWanted() || isWantedSoon());
        } finally {
            lock.unlock();
        }
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

    private void accept(Batch batch) {
        MemorySegment slots = memory.memory().segment();
        List<StreamReader> laggards = new ArrayList<>();
        lock.lock();
        try {
            starving = false;
            window.add(batch, batch.slot().address() - slots.address());
            next = new Position(batch.step(), batch.rank()).next(plan.config().localRanks());
            readers.forEach(this::offer);
            trim(laggards);
        } finally {
            lock.unlock();
        }
        laggards.forEach(mover);
    }

    private void end(Ending how) {
        lock.lock();
        try {
            ending = how;
            readers.forEach(this::offer);
        } finally {
            lock.unlock();
        }
    }

    private void offer(StreamReader reader) {
        while (reader.cursor < window.end()) {
            KeptBatch kept = window.get(reader.cursor);
            boolean has = reader.client.hasHad(kept.position());
            if (!has && !reader.client.hasRoom(shareBytes())) {
                return;
            }
            reader.cursor++;
            if (!has && reader.client.announce(this, kept)) {
                window.hold(kept);
            }
        }
        if (ending != null && !reader.endTold && reader.client.hasBegun()) {
            reader.endTold = true;
            reader.client.end(ending);
        }
    }

    /// Drops what is behind the fastest client beyond the quarter that is for it, and who still needed it with it.
    private void trim(List<StreamReader> laggards) {
        while (window.bytes() > lagBytes && window.first() < fastest()) {
            dropUntil(window.first() + 1, laggards);
        }
    }

    /// The loader waits because no slot has room.
    private void makeRoom() {
        List<StreamReader> laggards = new ArrayList<>();
        lock.lock();
        try {
            starving = true;
            relieve(laggards);
        } finally {
            lock.unlock();
        }
        laggards.forEach(mover);
    }

    /// Drops what nobody needs when the loader has no room; and where that frees nothing while a client waits, what
    /// only slower ones need. The loader says so again when what was freed is not enough.
    private void relieve(List<StreamReader> laggards) {
        if (starving) {
            boolean freed = dropUntil(readers.slowest(window.end()), laggards);
            if (!freed && isWanted()) {
                freed = dropUntil(fastest(), laggards);
            }
            starving = !freed;
        }
    }

    /// Drops the batches before `number`; true when that freed a slot.
    private boolean dropUntil(long number, List<StreamReader> laggards) {
        boolean freed = false;
        while (window.first() < number) {
            laggards.addAll(readers.removeAt(window.first()));
            freed |= window.dropFirst();
        }
        return freed;
    }

    /// Takes a batch back from a client, which may have been moved to another stream since.
    void release(KeptBatch kept) {
        lock.lock();
        try {
            window.release(kept);
        } finally {
            lock.unlock();
        }
        freeWhenUnused();
    }

    /// Removes a client. The last one ends the stream.
    void leave(StreamReader reader) {
        boolean last;
        lock.lock();
        try {
            readers.remove(reader);
            last = readers.isEmpty() && !closed;
            closed |= last;
        } finally {
            lock.unlock();
        }
        if (last) {
            batches.close();
        }
        freeWhenUnused();
    }

    /// Fails where a client that holds batches and waits for the next one would wait for ever: it may hold no more, or
    /// the slots have no room for another batch before somebody releases one, and nobody else will.
    void requireProspect(StreamReader asking) {
        lock.lock();
        try {
            asking.client.requireRoom(shareBytes());
            OptionalLong needed = loader.starvedBytes();
            if (needed.isPresent()) {
                readers.requireOneThatReleases(asking, window.held(), needed.getAsLong(), capacityBytes);
            }
        } finally {
            lock.unlock();
        }
    }

    private void freeWhenUnused() {
        lock.lock();
        try {
            if (freed || !closed || window.held() > 0) {
                return;
            }
            freed = true;
        } finally {
            lock.unlock();
        }
        // Nobody takes a batch any more, and whoever still does is waited for.
        turn.lock();
        try {
            loader.close();
            memory.close();
            plan.close();
        } finally {
            turn.unlock();
        }
        onFreed.accept(this);
    }

    int readerCount() {
        lock.lock();
        try {
            return readers.count();
        } finally {
            lock.unlock();
        }
    }

    /// Where a client is; null for one that is being moved to another stream.
    @Nullable
    StreamPlace place(StreamReader reader) {
        lock.lock();
        try {
            return !readers.contains(reader)
                    ? null
                    : new StreamPlace(Math.max(0, fastest() - reader.cursor), window.end() - reader.cursor);
        } finally {
            lock.unlock();
        }
    }

    /// Since it was begun.
    Duration age() {
        return Duration.ofNanos(System.nanoTime() - beganNanos);
    }

    /// The step of the batch that is taken next.
    long step() {
        lock.lock();
        try {
            return next.step();
        } finally {
            lock.unlock();
        }
    }
}
