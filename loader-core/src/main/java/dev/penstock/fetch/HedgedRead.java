package dev.penstock.fetch;

import dev.penstock.error.FatalException;
import dev.penstock.store.ReadTarget;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/// One read of [HedgedRanges]: its request, and the ones sent beside it.
///
/// At most two requests are alive at a time: a further one takes the place of the older.
final class HedgedRead implements Disposable {

    private static final int MOST_ALIVE = 2;

    /// Where so many are late as well, the store is silent: the read has to fail for somebody to hear of it.
    static final int MOST_HEDGES = 3;

    /// A body that would be overtaken by a request that has still to be sent, twice over.
    private static final int SLOW_FACTOR = 2;

    private final RangeRequest request;
    private final ReadTarget target;
    private final MonoSink<Void> sink;
    private final HedgedRanges stage;
    private final long filledBefore;
    private final long receivedBefore;

    private final ReentrantLock lock = new ReentrantLock();
    private final List<Leg> alive = new ArrayList<>(MOST_ALIVE);
    private Leg newest;
    private int hedges;
    private long takenBytes;
    private boolean refused;
    private boolean ended;
    private @Nullable Throwable failure;

    private long filledSeen;
    private long progressNanos;

    /// When the first byte since the newest request was sent was seen, and how much was filled then.
    private boolean bodyBegun;

    private long bodyNanos;
    private long bodyFrom;

    HedgedRead(RangeRequest request, MonoSink<Void> sink, HedgedRanges stage) {
        this.request = request;
        this.target = request.target();
        this.sink = sink;
        this.stage = stage;
        this.filledBefore = target.filledBytes();
        this.receivedBefore = target.receivedBytes();
        this.filledSeen = filledBefore;
        this.newest = new Leg(false);
        alive.add(newest);
    }

    void start() {
        Leg first = newest;
        stage.watch(this);
        sink.onDispose(this);
        first.send();
    }

    /// Notes progress, and hedges where it is time to.
    void look(long nowNanos) {
        Leg hedge;
        Leg replaced;
        lock.lock();
        try {
            noteProgress(nowNanos);
            if (ended
                    || hedges == MOST_HEDGES
                    || !newest.sent
                    || !stage.times().known()
                    || !late(nowNanos)
                    || !deadlineIsNear()) {
                return;
            }
            long missing = request.missingBytes();
            if (!stage.budget().take(missing)) {
                noteRefusal();
                return;
            }
            takenBytes += missing;
            hedges++;
            stage.meter().hedges.increment();
            replaced = alive.size() == MOST_ALIVE ? alive.removeFirst() : null;
            hedge = new Leg(true);
            newest = hedge;
            alive.add(hedge);
            bodyBegun = false;
        } finally {
            lock.unlock();
        }
        if (replaced != null) {
            replaced.subscription.dispose();
        }
        hedge.send();
    }

    private void noteRefusal() {
        if (!refused) {
            refused = true;
            stage.meter().hedgesRefused.increment();
        }
    }

    private void noteProgress(long nowNanos) {
        long filled = target.filledBytes();
        if (filled > filledSeen && newest.sent) {
            if (!bodyBegun) {
                bodyBegun = true;
                // One clock reading serves all reads of a look: it may be older than this one's request.
                bodyNanos = Math.max(nowNanos, newest.sentNanos);
                bodyFrom = filled;
            }
            filledSeen = filled;
            progressNanos = Math.max(nowNanos, newest.sentNanos);
        }
    }

    private boolean late(long nowNanos) {
        ServiceTimes times = stage.times();
        long quietSince = bodyBegun ? progressNanos : newest.sentNanos;
        if (nowNanos - quietSince > times.lateNanos()) {
            return true;
        }
        long elapsed = nowNanos - bodyNanos;
        if (!bodyBegun || elapsed < times.lateNanos()) {
            return false;
        }
        double nanosPerByte = (double) elapsed / Math.max(1, filledSeen - bodyFrom);
        long missing = request.missingBytes();
        return missing * nanosPerByte > SLOW_FACTOR * (double) times.expectedNanos(missing);
    }

    private boolean deadlineIsNear() {
        long once = stage.times().expectedNanos(request.missingBytes());
        return request.deadline().remainingNanos() < 2 * once + stage.times().lateNanos();
    }

    private void served(Leg leg) {
        List<Leg> losers;
        lock.lock();
        try {
            if (ended || !alive.remove(leg)) {
                return;
            }
            measure(leg);
            if (leg.hedge) {
                stage.meter().hedgesWon.increment();
            }
            losers = end();
        } finally {
            lock.unlock();
        }
        losers.forEach(loser -> loser.subscription.dispose());
        stage.budget().earn(settle());
        sink.success();
    }

    private void failed(Leg leg, Throwable legFailure) {
        Throwable told;
        lock.lock();
        try {
            if (ended || !alive.remove(leg)) {
                return;
            }
            // What cannot be mended tells more than what may be.
            told = failure instanceof FatalException ? failure : legFailure;
            failure = told;
            if (!alive.isEmpty()) {
                return;
            }
            end();
        } finally {
            lock.unlock();
        }
        stage.budget().earn(settle());
        sink.error(told);
    }

    private void measure(Leg leg) {
        if (hedges > 0) {
            return;
        }
        long now = stage.clock().nanos();
        noteProgress(now);
        long gained = target.filledBytes() - filledBefore;
        long firstByte = bodyBegun ? bodyNanos - leg.sentNanos : 0;
        long body = Math.max(0, now - bodyNanos);
        if (bodyBegun && body >= HedgedRanges.LOOK_NANOS) {
            stage.times().record(firstByte, target.filledBytes() - bodyFrom, body);
        } else {
            // All came between two looks: how the time divides is unknown, so each part may have taken all of it.
            long all = now - leg.sentNanos;
            stage.times().record(all, gained, all);
        }
    }

    private List<Leg> end() {
        ended = true;
        List<Leg> left = List.copyOf(alive);
        alive.clear();
        return left;
    }

    /// Gives back what the hedges did not bring twice, and returns what the read brought once.
    private long settle() {
        stage.forget(this);
        long gained = target.filledBytes() - filledBefore;
        if (hedges > 0) {
            long twice = Math.min(takenBytes, target.receivedBytes() - receivedBefore - gained);
            stage.meter().hedgeBytes.add(twice);
            stage.budget().giveBack(takenBytes - twice);
        }
        return gained;
    }

    /// The read is wanted no more.
    @Override
    public void dispose() {
        List<Leg> left;
        lock.lock();
        try {
            if (ended) {
                return;
            }
            left = end();
        } finally {
            lock.unlock();
        }
        left.forEach(leg -> leg.subscription.dispose());
        settle();
    }

    /// One request of the read.
    private final class Leg {

        final boolean hedge;
        final Disposable.Swap subscription = Disposables.swap();
        boolean sent;
        long sentNanos;

        Leg(boolean hedge) {
            this.hedge = hedge;
        }

        void send() {
            if (!subscription.isDisposed()) {
                subscription.update(Mono.defer(() -> stage.source().read(request.withOnSent(this::sent)))
                        .subscribe(ignored -> {}, failure -> failed(this, failure), () -> served(this)));
            }
        }

        private void sent() {
            lock.lock();
            try {
                sent = true;
                sentNanos = stage.clock().nanos();
            } finally {
                lock.unlock();
            }
            request.onSent().run();
        }
    }
}
