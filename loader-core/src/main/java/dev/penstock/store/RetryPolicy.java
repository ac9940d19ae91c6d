package dev.penstock.store;

import dev.penstock.error.RetryableException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/// How often, and how far apart, a request is sent again that failed with a [RetryableException].
///
/// The delay doubles from `firstDelay` up to `longestDelay`, and half of it is random so that hosts that failed
/// together do not return together; it comes on top of the wait that the server asked for. Any other failure, and the
/// last retryable one, is passed on as it is. Delays run on Reactor's parallel scheduler.
///
/// @param retries attempts after the first one
public record RetryPolicy(int retries, Duration firstDelay, Duration longestDelay) {

    private static final double JITTER = 0.5;

    /// No retry begins later: a storage node that restarts is back within a minute, and one that is away for longer is
    /// down. Samples are waited for as long.
    public static final Duration PATIENCE = Duration.ofSeconds(60);

    /// More than fit into [#PATIENCE].
    private static final int DEFAULT_RETRIES = 64;

    /// See a storage node through an absence of about six seconds.
    private static final int SHORTENED_RETRIES = 6;

    /// Sees a storage node through an absence of [#PATIENCE], and notices within five seconds that it is back.
    public static RetryPolicy defaults() {
        return new RetryPolicy(DEFAULT_RETRIES, Duration.ofMillis(100), Duration.ofSeconds(5));
    }

    /// The same for a question that can go unanswered, over within seconds.
    public RetryPolicy shortened() {
        return new RetryPolicy(Math.min(retries, SHORTENED_RETRIES), firstDelay, longestDelay);
    }

    /// A publisher that subscribes to `request` again for every retry.
    public <T> Mono<T> around(Mono<T> request) {
        return Mono.defer(() -> {
            long begunNanos = System.nanoTime();
            return request.retryWhen(Retry.from(failures -> failures.concatMap(
                    failed -> retry(failed.failure(), failed.totalRetries(), System.nanoTime() - begunNanos))));
        });
    }

    /// Emits when to try again, or the failure where that is over.
    private Mono<Long> retry(Throwable failure, long retriesBefore, long elapsedNanos) {
        if (!(failure instanceof RetryableException retryable)
                || retriesBefore == retries
                || elapsedNanos + retryable.retryAfter().toNanos() >= PATIENCE.toNanos()) {
            return Mono.error(failure);
        }
        return Mono.delay(retryable.retryAfter().plus(delay(retriesBefore)));
    }

    private Duration delay(long retriesBefore) {
        double doubled = firstDelay.toNanos() * Math.scalb(1.0, Math.toIntExact(retriesBefore));
        double jitter = 1 - JITTER * ThreadLocalRandom.current().nextDouble();
        return Duration.ofNanos((long) (Math.min(longestDelay.toNanos(), doubled) * jitter));
    }
}
