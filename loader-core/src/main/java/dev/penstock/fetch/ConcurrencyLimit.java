package dev.penstock.fetch;

import dev.penstock.error.ThrottledException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/// A stage that lets so many requests to the store be in flight, and those with the earliest deadlines first; of equal
/// ones, those of the read that came first.
///
/// How many is found by [GradientLimit]; a prefix (a key up to its last `/`) that the store throttles is held back by
/// [PrefixThrottle] while the others go on. The queue is as long as there are reads, which the tiers bound by their
/// memory. Deadlines move, so those of the queue are asked again every [#ORDER_HOLDS_NANOS].
///
/// Threading: never blocks; a request is sent on the thread that asked for it or on the one that made room for it. A
/// cancel takes a waiting request out of the queue and ends one in flight; every way a request can end gives its place
/// to the next. Errors are those of the source.
final class ConcurrencyLimit implements RangeSource {

    private static final long ORDER_HOLDS_NANOS = Duration.ofMillis(100).toNanos();

    /// A read that failed is not sent behind all those that came after it: where deadlines are equal, those are all
    /// that a tier wants ahead.
    private static final Comparator<Passage> EARLIEST_FIRST = Comparator.<Passage>comparingLong(
                    passage -> passage.dueNanos)
            .thenComparingLong(passage -> passage.request.number())
            .thenComparingLong(passage -> passage.number);

    private final RangeSource source;
    private final int max;
    private final FetchClock clock;
    private final DoubleSupplier random;
    private final FetchMeter meter;
    private final long startNanos;

    private final ReentrantLock lock = new ReentrantLock();
    private final GradientLimit gradient;
    private final Map<String, Prefix> prefixes = new HashMap<>();
    private int inFlight;
    private long passages;
    private long orderedAtNanos;
    private long wakeUpAtNanos;
    private boolean wakeUpScheduled;

    /// Counts calls of [#sendAllowed()] not yet honoured; whoever raises it from 0 works for all of them.
    private final AtomicInteger sendsWanted = new AtomicInteger();

    /// @param max the most requests in flight, at least [FetchConfig#FEWEST_CONNECTIONS]
    /// @param random from 0 to below 1
    ConcurrencyLimit(RangeSource source, int max, FetchClock clock, DoubleSupplier random, FetchMeter meter) {
        this.source = source;
        this.max = max;
        this.clock = clock;
        this.random = random;
        this.meter = meter;
        this.startNanos = clock.nanos();
        this.orderedAtNanos = startNanos;
        this.gradient = new GradientLimit(FetchConfig.FEWEST_CONNECTIONS, max, startNanos);
        meter.limit = gradient.limit();
    }

    @Override
    public Mono<Void> read(RangeRequest request) {
        return Mono.create(sink -> {
            Passage passage = enqueue(request, sink);
            sink.onDispose(passage);
            sendAllowed();
        });
    }

    /// Requests in flight now.
    int inFlight() {
        lock.lock();
        try {
            return inFlight;
        } finally {
            lock.unlock();
        }
    }

    /// Requests that wait for their turn now.
    int queued() {
        lock.lock();
        try {
            return prefixes.values().stream()
                    .mapToInt(prefix -> prefix.queue.size())
                    .sum();
        } finally {
            lock.unlock();
        }
    }

    private Passage enqueue(RangeRequest request, MonoSink<Void> sink) {
        lock.lock();
        try {
            Prefix prefix = prefixes.computeIfAbsent(request.prefix(), name -> new Prefix(name, random));
            Passage passage = new Passage(request, sink, prefix, passages++, clock.nanos());
            passage.dueNanos = dueNanos(request, passage.queuedNanos);
            prefix.queue.add(passage);
            return passage;
        } finally {
            lock.unlock();
        }
    }

    private long dueNanos(RangeRequest request, long nowNanos) {
        long elapsed = nowNanos - startNanos;
        return elapsed + Math.min(request.deadline().remainingNanos(), Long.MAX_VALUE - elapsed);
    }

    /// Sends what may be sent.
    ///
    /// One thread at a time works, and calls made meanwhile only add to its work: a source that ends inside `subscribe`
    /// then costs a turn of the loop, not a level of the stack.
    private void sendAllowed() {
        if (sendsWanted.getAndIncrement() != 0) {
            return;
        }
        int honoured = 1;
        do {
            for (Passage passage = nextAllowed(); passage != null; passage = nextAllowed()) {
                passage.send();
            }
            honoured = sendsWanted.addAndGet(-honoured);
        } while (honoured != 0);
    }

    private @Nullable Passage nextAllowed() {
        lock.lock();
        try {
            if (inFlight >= gradient.limit()) {
                gradient.reached();
                return null;
            }
            long now = clock.nanos();
            orderAgain(now);
            Passage first = null;
            long soonest = Long.MAX_VALUE;
            for (Prefix prefix : prefixes.values()) {
                Passage head = prefix.queue.peek();
                if (head != null) {
                    long wait = prefix.throttle.nanosUntilAllowed(now);
                    soonest = Math.min(soonest, wait);
                    if (wait == 0 && (first == null || EARLIEST_FIRST.compare(head, first) < 0)) {
                        first = head;
                    }
                }
            }
            if (first == null) {
                wakeUpAfter(soonest, now);
                return null;
            }
            first.prefix.queue.remove();
            first.prefix.throttle.sent();
            first.inFlight = true;
            first.sentNanos = now;
            inFlight++;
            meter.queueNanos.add(now - first.queuedNanos);
            return first;
        } finally {
            lock.unlock();
        }
    }

    private void orderAgain(long nowNanos) {
        if (nowNanos - orderedAtNanos < ORDER_HOLDS_NANOS) {
            return;
        }
        orderedAtNanos = nowNanos;
        for (Prefix prefix : prefixes.values()) {
            List<Passage> waiting = new ArrayList<>(prefix.queue);
            prefix.queue.clear();
            for (Passage passage : waiting) {
                passage.dueNanos = dueNanos(passage.request, nowNanos);
                prefix.queue.add(passage);
            }
        }
    }

    private void wakeUpAfter(long nanos, long nowNanos) {
        if (nanos == Long.MAX_VALUE || (wakeUpScheduled && wakeUpAtNanos - nowNanos <= nanos)) {
            return;
        }
        wakeUpScheduled = true;
        wakeUpAtNanos = nowNanos + nanos;
        clock.after(nanos, this::wakeUp);
    }

    private void wakeUp() {
        lock.lock();
        try {
            wakeUpScheduled = false;
        } finally {
            lock.unlock();
        }
        sendAllowed();
    }

    /// What of the keys below one prefix is queued and in flight.
    private static final class Prefix {

        final String name;
        final PrefixThrottle throttle;
        final PriorityQueue<Passage> queue = new PriorityQueue<>(EARLIEST_FIRST);

        Prefix(String name, DoubleSupplier random) {
            this.name = name;
            this.throttle = new PrefixThrottle(random);
        }
    }

    /// One request on its way through: queued, then in flight, then ended. Its state is guarded by the stage's lock.
    private final class Passage implements Disposable {

        final RangeRequest request;
        final MonoSink<Void> sink;
        final Prefix prefix;
        final long number;
        final long queuedNanos;
        final Disposable.Swap sending = Disposables.swap();
        long dueNanos;
        long sentNanos;
        long filledBefore;
        boolean inFlight;
        boolean ended;

        Passage(RangeRequest request, MonoSink<Void> sink, Prefix prefix, long number, long queuedNanos) {
            this.request = request;
            this.sink = sink;
            this.prefix = prefix;
            this.number = number;
            this.queuedNanos = queuedNanos;
        }

        void send() {
            if (sending.isDisposed()) {
                return;
            }
            filledBefore = request.target().filledBytes();
            sending.update(Mono.defer(() -> source.read(request)).subscribe(ignored -> {}, this::failed, this::served));
        }

        private void served() {
            if (end(null)) {
                sink.success();
                sendAllowed();
            }
        }

        private void failed(Throwable failure) {
            if (end(failure)) {
                sink.error(failure);
                sendAllowed();
            }
        }

        /// The request is wanted no more.
        @Override
        public void dispose() {
            boolean wasInFlight;
            lock.lock();
            try {
                if (ended) {
                    return;
                }
                ended = true;
                wasInFlight = inFlight;
                if (wasInFlight) {
                    leave();
                } else {
                    prefix.queue.remove(this);
                }
                forgetIdle();
            } finally {
                lock.unlock();
            }
            if (wasInFlight) {
                sending.dispose();
                sendAllowed();
            }
        }

        /// Gives the place back; false when it was before.
        private boolean end(@Nullable Throwable failure) {
            lock.lock();
            try {
                if (ended) {
                    return false;
                }
                ended = true;
                leave();
                long now = clock.nanos();
                if (failure == null) {
                    gradient.served(request.target().filledBytes() - filledBefore, sentNanos, now);
                    meter.limit = gradient.limit();
                    prefix.throttle.served(sentNanos, max);
                } else if (failure instanceof ThrottledException refusal) {
                    meter.throttles.increment();
                    prefix.throttle.throttled(
                            sentNanos, now, refusal.retryAfter().toNanos());
                }
                forgetIdle();
                return true;
            } finally {
                lock.unlock();
            }
        }

        private void leave() {
            ConcurrencyLimit.this.inFlight--;
            prefix.throttle.ended();
        }

        private void forgetIdle() {
            if (prefix.queue.isEmpty() && prefix.throttle.idle()) {
                prefixes.remove(prefix.name, prefix);
            }
        }
    }
}
