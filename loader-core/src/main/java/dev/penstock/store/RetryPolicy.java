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
            return request.retryWhen(Retry.from(failures -> failures.concatMap(failed ->
                    retry(failed.failure(), failed.totalRetries(), System.nanoTime() - begunNanos))));
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
