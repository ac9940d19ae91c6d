package dev.penstock.tier;

import dev.penstock.error.RetryableException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/// A stage that reads again, a bounded number of times, what failed for a reason that may pass.
///
/// Only [RetryableException] is tried again, after a delay that doubles from `firstDelay` on, up to 30 s, with half
/// of it random so that hosts that failed together do not return together. The last failure is passed on as it is.
/// Delays run on Reactor's parallel scheduler.
public final class RetryingSource implements BlockSource {

    /// Enough to see a restart of a storage node through, short enough that a recovered store is noticed.
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(30);

    private static final double JITTER = 0.5;

    private final BlockSource source;
    private final Retry policy;

    /// @param retries attempts after the first one
    public RetryingSource(BlockSource source, int retries, Duration firstDelay, TierMeter meter) {
        this.source = source;
        this.policy = Retry.backoff(retries, firstDelay)
                .maxBackoff(LONGEST_DELAY)
                .jitter(JITTER)
                .filter(RetryableException.class::isInstance)
                .doBeforeRetry(signal -> meter.originRetries.increment())
                .onRetryExhaustedThrow((spec, signal) -> signal.failure());
    }

    @Override
    public Mono<Void> read(int block, Deadline deadline, MemorySegment destination) {
        return Mono.defer(() -> source.read(block, deadline, destination)).retryWhen(policy);
    }
}
