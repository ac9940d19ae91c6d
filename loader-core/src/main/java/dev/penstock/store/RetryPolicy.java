package dev.penstock.store;

import dev.penstock.error.RetryableException;
import java.time.Duration;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/// How often, and how far apart, a request is sent again that failed with a [RetryableException].
///
/// The delay doubles from `firstDelay` up to `longestDelay`, and half of it is random so that hosts that failed
/// together do not return together. Any other failure, and the last retryable one, is passed on as it is. Delays run on
/// Reactor's parallel scheduler.
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
            return request.retryWhen(Retry.backoff(retries, firstDelay)
                    .maxBackoff(longestDelay)
                    .jitter(JITTER)
                    .filter(failure -> failure instanceof RetryableException
                            && System.nanoTime() - begunNanos < PATIENCE.toNanos())
                    .onRetryExhaustedThrow((_, signal) -> signal.failure()));
        });
    }
}
