package dev.penstock.fetch;

import dev.penstock.error.ThrottledException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
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
/// Jobs that share it have equal shares of what it lets through, counted as a [JobShare] counts, for as long as they
/// want them; what one does not want is the others'. Requests that are needed within [#NEAR_NANOS] go before those that
/// are not, whosever they are, and each of both kinds is shared: neither a deep read-ahead nor a job that is always
/// late keeps another one waiting.
///
/// How many is found by [GradientLimit]; a prefix (a key up to its last `/`) that the store throttles is held back by
/// [PrefixThrottle] while the others go on. The queue is as long as there are reads, which the tiers bound by their
/// memory. Deadlines move, so those of the queue are asked again every [#ORDER_HOLDS_NANOS].
///
/// Threading: never blocks; a request is sent on the thread that asked for it or on the one that made room for it. A
/// cancel takes a waiting request out of the queue and ends one in flight; every way a request can end gives its place
/// to the next. Errors are those of the source.
final class ConcurrencyLimit implements RangeSource {

    /// Several times what a range of 16 MiB takes on one connection, so that what is begun now is there in time.
    private static final long NEAR_NANOS = Duration.ofSeconds(1).toNanos();

    private static final long ORDER_HOLDS_NANOS = Duration.ofMillis(100).toNanos();

    private final JobShare own;
    private final int max;
    private final FetchClock clock;
    private final DoubleSupplier random;
    private final long startNanos;

    private final ReentrantLock lock = new ReentrantLock();
    private final GradientLimit gradient;
    private final Map<String, PrefixQueue> prefixes = new HashMap<>();

    /// What the job that was let through last had had before.
    private long servedBytes;

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
        this.own = new JobShare(source, meter);
        this.max = max;
        this.clock = clock;
        this.random = random;
        this.startNanos = clock.nanos();
        this.orderedAtNanos = startNanos;
        this.gradient = new GradientLimit(FetchConfig.FEWEST_CONNECTIONS, max, startNanos);
        meter.limit = gradient.limit();
    }

    @Override
    public Mono<Void> read(RangeRequest request) {
        return read(request, own);
    }

    /// The same limit for another job: its requests go to its own source, and are counted by its own meter.
    RangeSource forJob(RangeSource source, FetchMeter meter) {
        JobShare job = new JobShare(source, meter);
        meter.limit = gradient.limit();
        return request -> read(request, job);
    }

    private Mono<Void> read(RangeRequest request, JobShare job) {
        return Mono.create(sink -> {
            Passage passage = enqueue(request, job, sink);
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
            return prefixes.values().stream().mapToInt(PrefixQueue::queued).sum();
        } finally {
            lock.unlock();
        }
    }

    private Passage enqueue(RangeRequest request, JobShare job, MonoSink<Void> sink) {
        lock.lock();
        try {
            PrefixQueue prefix = prefixes.computeIfAbsent(request.prefix(), name -> new PrefixQueue(name, random));
            Passage passage = new Passage(request, job, sink, prefix, passages++, clock.nanos());
            passage.dueNanos = dueNanos(request, passage.queuedNanos);
            job.wants(servedBytes);
            prefix.add(passage);
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
            for (PrefixQueue prefix : prefixes.values()) {
                long wait = prefix.queued() == 0 ? Long.MAX_VALUE : prefix.throttle.nanosUntilAllowed(now);
                soonest = Math.min(soonest, wait);
                if (wait == 0) {
                    first = prefix.firstBefore(first, now - startNanos + NEAR_NANOS);
                }
            }
            if (first == null) {
                wakeUpAfter(soonest, now);
                return null;
            }
            first.prefix.remove(first);
            servedBytes = first.job.send(first.request.missingBytes());
            first.prefix.throttle.sent();
            first.inFlight = true;
            first.sentNanos = now;
            inFlight++;
            first.job.meter().queueNanos.add(now - first.queuedNanos);
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
        for (PrefixQueue prefix : prefixes.values()) {
            for (Passage passage : prefix.removeAll()) {
                passage.dueNanos = dueNanos(passage.request, nowNanos);
                prefix.add(passage);
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

    /// One request on its way through: queued, then in flight, then ended. Its state is guarded by the stage's lock.
    final class Passage implements Disposable {

        final RangeRequest request;
        final JobShare job;
        final MonoSink<Void> sink;
        final PrefixQueue prefix;
        final long number;
        final long queuedNanos;
        final Disposable.Swap sending = Disposables.swap();
        long dueNanos;
        long sentNanos;
        long filledBefore;
        boolean inFlight;
        boolean ended;

        Passage(
                RangeRequest request,
                JobShare job,
                MonoSink<Void> sink,
                PrefixQueue prefix,
                long number,
                long queuedNanos) {
            this.request = request;
            this.job = job;
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
            sending.update(
                    Mono.defer(() -> job.source().read(request)).subscribe(ignored -> {}, this::failed, this::served));
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
                    prefix.remove(this);
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
                    job.meter().limit = gradient.limit();
                    prefix.throttle.served(sentNanos, max);
                } else if (failure instanceof ThrottledException refusal) {
                    job.meter().throttles.increment();
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
            if (prefix.isIdle()) {
                prefixes.remove(prefix.name, prefix);
            }
        }
    }
}
