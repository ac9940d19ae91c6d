package dev.penstock.daemon.server;

import static java.util.Objects.requireNonNull;

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
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One loader, and the clients that read it, each at its own pace.
///
/// A thread takes batches from the loader when the fastest client has a credit, and one ahead of that; [Handout] says
/// who is announced them. Whoever falls too far behind is moved to a stream of its own, and stalls nobody.
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
    private final Consumer<SharedStream> onClosing;
    private final Runnable onFreed;
    private final long beganNanos = System.nanoTime();

    private final ReentrantLock lock = new ReentrantLock();

    /// Held by the thread that takes batches, one at a time. Whoever finds it held has asked its holder to look again.
    private final ReentrantLock turn = new ReentrantLock();

    private volatile boolean lookAgain;
    private volatile boolean started;

    private final Handout handout;
    private boolean closed;
    private boolean freed;

    private SharedStream(
            StreamPlan plan,
            long startStep,
            Sharing sharing,
            SharedMemory memory,
            StreamResources resources,
            Consumer<StreamReader> mover,
            Consumer<SharedStream> onClosing,
            Runnable onFreed) {
        this.plan = plan;
        this.sharing = sharing;
        this.memory = memory;
        this.mover = mover;
        this.onClosing = onClosing;
        this.onFreed = onFreed;
        this.handout = new Handout(
                this,
                sharing,
                plan.config().localRanks(),
                startStep,
                memory.memory().sizeBytes());
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
        try {
            this.batches = loader.readyBatches(this::takeReady);
        } catch (RuntimeException refused) {
            loader.close();
            throw refused;
        }
    }

    /// Begins to read `plan`, which belongs to the stream unless this fails; [#begin] adds the first client.
    ///
    /// @param mover called, without a lock, for each client that fell too far behind
    /// @param onClosing called when nobody uses the stream any more, before its memory is given back
    static SharedStream open(
            StreamPlan plan,
            long startStep,
            Sharing sharing,
            long slotBytes,
            StreamResources resources,
            Consumer<StreamReader> mover,
            Consumer<SharedStream> onClosing) {
        resources.budget().reserve(slotBytes);
        SharedMemory memory = null;
        try {
            memory = SharedMemory.create(slotBytes, resources.config().pageLocking(), sharing.access());
            return new SharedStream(
                    plan,
                    startStep,
                    sharing,
                    memory,
                    resources,
                    mover,
                    onClosing,
                    () -> resources.budget().release(slotBytes));
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

    /// Adds the first client, and only then takes batches: a stream that fails at once has somebody to tell, and who
    /// ends it by leaving.
    StreamReader begin(Attachment client, Position from) {
        StreamReader first = requireNonNull(join(client, from));
        started = true;
        takeReady();
        return first;
    }

    /// Adds a client where its position is one this stream can still deliver; null where it is not.
    @Nullable
    StreamReader join(Attachment client, Position from) {
        lock.lock();
        try {
            return closed ? null : handout.join(client, from);
        } finally {
            lock.unlock();
        }
    }

    /// Announces what a client has room for; called when it has more than before.
    void serve(StreamReader reader) {
        List<StreamReader> laggards;
        lock.lock();
        try {
            handout.serve(reader);
            laggards = handout.takeLaggards();
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
            return !closed && handout.hasDemand();
        } finally {
            lock.unlock();
        }
    }

    private void accept(Batch batch) {
        MemorySegment slots = memory.memory().segment();
        List<StreamReader> laggards;
        lock.lock();
        try {
            handout.accept(batch, batch.slot().address() - slots.address());
            laggards = handout.takeLaggards();
        } finally {
            lock.unlock();
        }
        laggards.forEach(mover);
    }

    private void end(Ending how) {
        lock.lock();
        try {
            handout.end(how);
        } finally {
            lock.unlock();
        }
    }

    /// The loader waits because no slot has room.
    private void makeRoom() {
        List<StreamReader> laggards;
        lock.lock();
        try {
            handout.makeRoom();
            laggards = handout.takeLaggards();
        } finally {
            lock.unlock();
        }
        laggards.forEach(mover);
    }

    /// Takes a batch back from a client, which may have been moved to another stream since.
    void release(KeptBatch kept) {
        lock.lock();
        try {
            handout.release(kept);
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
            handout.leave(reader);
            last = handout.isEmpty() && !closed;
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
            handout.requireProspect(asking, loader.starvedBytes());
        } finally {
            lock.unlock();
        }
    }

    private void freeWhenUnused() {
        lock.lock();
        try {
            if (freed || !closed || handout.held() > 0) {
                return;
            }
            freed = true;
        } finally {
            lock.unlock();
        }
        onClosing.accept(this);
        // Nobody takes a batch any more, and whoever still does is waited for.
        turn.lock();
        try {
            loader.close();
            memory.close();
            plan.close();
        } finally {
            turn.unlock();
            onFreed.run();
        }
    }

    int readerCount() {
        lock.lock();
        try {
            return handout.readerCount();
        } finally {
            lock.unlock();
        }
    }

    /// Where a client is; null for one that is being moved to another stream.
    @Nullable
    StreamPlace place(StreamReader reader) {
        lock.lock();
        try {
            return handout.place(reader);
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
            return handout.step();
        } finally {
            lock.unlock();
        }
    }
}
