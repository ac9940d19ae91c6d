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

    /// No retry begins later: a server that lets every attempt run into a time-out is not asked for many minutes.
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /// Sees a storage node through an absence of about six seconds.
    public static RetryPolicy defaults() {
        return new RetryPolicy(6, Duration.ofMillis(100), Duration.ofSeconds(30));
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
