package dev.penstock.fetch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import reactor.core.publisher.Mono;

/// A stage that sends a second request beside one that is late while its deadline is near.
///
/// The second request asks for the bytes that are missing, into the same target; whichever fills it first ends the
/// read, and the other is cancelled. A request is late when it has been silent for longer than [ServiceTimes] find
/// ordinary, before its first byte or between two, or when it brings its bytes so slowly that a new request would be
/// done in half the time. A deadline is near when two more requests, one after the other, would just make it: the
/// second of them for the case that the first is late as well. A stall far from its deadline is waited for. What
/// hedges may waste is bounded by a [HedgeBudget].
///
/// Reads in flight are looked at every [#LOOK_NANOS]. Threading: never blocks. Errors: a read fails when all its
/// requests have. A cancel ends all of them.
final class HedgedRanges implements RangeSource {

    /// Short against the first byte of any store worth hedging, and a hundred looks a second cost nothing.
    static final long LOOK_NANOS = Duration.ofMillis(10).toNanos();

    private final RangeSource source;
    private final HedgeBudget budget;
    private final FetchClock clock;
    private final FetchMeter meter;
    private final ServiceTimes times = new ServiceTimes();

    private final ReentrantLock lock = new ReentrantLock();
    private final Set<HedgedRead> running = new LinkedHashSet<>();
    private boolean lookScheduled;

    HedgedRanges(RangeSource source, HedgeBudget budget, FetchClock clock, FetchMeter meter) {
        this.source = source;
        this.budget = budget;
        this.clock = clock;
        this.meter = meter;
    }

    @Override
    public Mono<Void> read(RangeRequest request) {
        return Mono.create(sink -> new HedgedRead(request, sink, this).start());
    }

    RangeSource source() {
        return source;
    }

    HedgeBudget budget() {
        return budget;
    }

    FetchClock clock() {
        return clock;
    }

    FetchMeter meter() {
        return meter;
    }

    ServiceTimes times() {
        return times;
    }

    /// Looks at the read from now on until [#forget].
    void watch(HedgedRead read) {
        lock.lock();
        try {
            running.add(read);
            scheduleLook();
        } finally {
            lock.unlock();
        }
    }

    void forget(HedgedRead read) {
        lock.lock();
        try {
            running.remove(read);
        } finally {
            lock.unlock();
        }
    }

    /// Reads that are looked at now.
    int running() {
        lock.lock();
        try {
            return running.size();
        } finally {
            lock.unlock();
        }
    }

    private void scheduleLook() {
        if (!lookScheduled && !running.isEmpty()) {
            lookScheduled = true;
            clock.after(LOOK_NANOS, this::look);
        }
    }

    private void look() {
        List<HedgedRead> reads;
        lock.lock();
        try {
            reads = new ArrayList<>(running);
        } finally {
            lock.unlock();
        }
        long now = clock.nanos();
        reads.forEach(read -> read.look(now));
        lock.lock();
        try {
            lookScheduled = false;
            scheduleLook();
        } finally {
            lock.unlock();
        }
    }
}
