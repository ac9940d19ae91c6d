package dev.penstock.fetch;

import java.util.concurrent.atomic.LongAdder;

/// Counts what the stages around one origin do; one is shared by all of them.
///
/// Threading: any thread, without contention. A snapshot is not one instant: each count is right by itself.
public final class FetchMeter {

    final LongAdder blocks = new LongAdder();
    final LongAdder usefulBytes = new LongAdder();
    final LongAdder requests = new LongAdder();
    final LongAdder receivedBytes = new LongAdder();
    final LongAdder hedges = new LongAdder();
    final LongAdder hedgesWon = new LongAdder();
    final LongAdder hedgesRefused = new LongAdder();
    final LongAdder hedgeBytes = new LongAdder();
    final LongAdder retries = new LongAdder();
    final LongAdder throttles = new LongAdder();
    final LongAdder corruptBlocks = new LongAdder();
    final LongAdder queueNanos = new LongAdder();
    volatile int limit;

    public FetchCounters snapshot() {
        return new FetchCounters(
                blocks.sum(),
                usefulBytes.sum(),
                requests.sum(),
                receivedBytes.sum(),
                hedges.sum(),
                hedgesWon.sum(),
                hedgesRefused.sum(),
                hedgeBytes.sum(),
                retries.sum(),
                throttles.sum(),
                corruptBlocks.sum(),
                queueNanos.sum(),
                limit);
    }
}
