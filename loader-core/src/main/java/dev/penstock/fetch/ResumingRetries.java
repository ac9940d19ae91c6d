package dev.penstock.fetch;

import dev.penstock.error.RetryableException;
import dev.penstock.error.ThrottledException;
import dev.penstock.error.WrongAnswerException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleSupplier;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/// A stage that asks again for what is missing after a failure that may pass.
///
/// Only a [RetryableException] is tried again. The delay is random between nothing and a bound that doubles with every
/// failure, so that hosts that failed together do not return together ("full jitter", Brooker, 2015); throttling has a
/// longer one. It comes on top of the wait that the server asked for. Each attempt asks for the bytes that are missing
/// then. A failure that follows progress of a sixteenth begins anew to count; after [#MAX_ATTEMPTS] without any, when
/// that has gone on for the time limit, or when the server asked for a wait beyond it, the last failure is passed on as
/// it is. So is the [#MAX_WRONG_ANSWERS]th wrong answer of a read, whatever progress was made. A cancel ends the
/// request, or the wait for the next one.
///
/// The time limit is for the origin, so what a read waited for its own turn does not count; and a refusal to be asked
/// at this rate says nothing against an origin that has served another read of the prefix meanwhile: time counts from
/// then.
final class ResumingRetries implements RangeSource {

    /// Beyond the failures that fit into a minute; bounds them where the time limit is long or the dice are kind.
    static final int MAX_ATTEMPTS = 64;

    /// A balancer's other server answers right soon; one that is alone goes on for ever, and brings bytes meanwhile.
    static final int MAX_WRONG_ANSWERS = 4;

    /// A server that drops every connection after a few bytes is as good as one that answers none; a sixteenth of what
    /// was missing, and of a large range no more than 64 KiB, is more than a few.
    private static final int LEAST_PROGRESS_PART = 16;

    private static final long MOST_PROGRESS_BYTES = 64 << 10;

    private static final long FIRST_DELAY_NANOS = Duration.ofMillis(50).toNanos();

    /// Twice as long; what relieves the store is the pause of the whole prefix.
    private static final long FIRST_THROTTLED_DELAY_NANOS =
            Duration.ofMillis(100).toNanos();

    /// A store that is back is noticed within seconds.
    private static final long LONGEST_DELAY_NANOS = Duration.ofSeconds(5).toNanos();

    /// Any delay has reached the longest one by then.
    private static final int MAX_DOUBLINGS = 10;

    private final AtomicLong reads = new AtomicLong();

    /// When a read was last served, by prefix; as many as directories that hold shards.
    private final Map<String, Long> servedAtNanos = new ConcurrentHashMap<>();

    private final RangeSource source;
    private final long giveUpAfterNanos;
    private final FetchClock clock;
    private final DoubleSupplier random;
    private final FetchMeter meter;

    /// @param giveUpAfter how long a read may fail without progress
    /// @param random from 0 to below 1
    ResumingRetries(
            RangeSource source, Duration giveUpAfter, FetchClock clock, DoubleSupplier random, FetchMeter meter) {
        this.source = source;
        this.giveUpAfterNanos = giveUpAfter.toNanos();
        this.clock = clock;
        this.random = random;
        this.meter = meter;
    }

    @Override
    public Mono<Void> read(RangeRequest request) {
        return Mono.defer(() -> {
            FailureStreak streak = new FailureStreak(request.withNumber(reads.getAndIncrement()));
            return Mono.defer(streak::attempt)
                    .doOnSuccess(_ -> servedAtNanos.put(request.prefix(), clock.nanos()))
                    .retryWhen(Retry.from(failures -> failures.concatMap(signal -> streak.delay(signal.failure()))));
        });
    }

    /// The failures of one read since it last made progress.
    private final class FailureStreak {

        private final RangeRequest request;
        private final long leastProgressBytes;
        private long missingBytes;
        private int failures;
        private int wrongAnswers;
        private long failedAtNanos;

        /// How long requests and the waits between them have taken since then.
        private long spentNanos;

        private volatile boolean queued;
        private volatile long sentAtNanos;

        FailureStreak(RangeRequest request) {
            this.request = request;
            this.missingBytes = request.missingBytes();
            this.leastProgressBytes = Math.clamp(missingBytes / LEAST_PROGRESS_PART, 1, MOST_PROGRESS_BYTES);
        }

        Mono<Void> attempt() {
            queued = true;
            sentAtNanos = clock.nanos();
            return source.read(request.withOnSent(this::sent));
        }

        /// The first request of an attempt leaves; others beside it may follow.
        private void sent() {
            if (queued) {
                queued = false;
                sentAtNanos = clock.nanos();
            }
            request.onSent().run();
        }

        /// Emits when to try again, or the failure where that is over.
        Mono<Long> delay(Throwable failure) {
            if (!(failure instanceof RetryableException retryable)) {
                return Mono.error(failure);
            }
            long now = clock.nanos();
            long missing = request.missingBytes();
            if (failures == 0 || missingBytes - missing >= leastProgressBytes) {
                failures = 0;
                spentNanos = 0;
                missingBytes = missing;
            } else if (failure instanceof ThrottledException && othersWereServedSince(failedAtNanos)) {
                spentNanos = 0;
            } else {
                spentNanos += now - sentAtNanos;
            }
            failedAtNanos = now;
            failures++;
            if (failure instanceof WrongAnswerException) {
                wrongAnswers++;
            }
            long left = giveUpAfterNanos - spentNanos;
            long askedNanos = retryable.retryAfter().toNanos();
            boolean patienceIsSpent = failures == MAX_ATTEMPTS || left <= 0 || askedNanos > left;
            if (patienceIsSpent || wrongAnswers == MAX_WRONG_ANSWERS) {
                return Mono.error(failure);
            }
            meter.retries.increment();
            long waitNanos = Math.min(left, askedNanos + delayNanos(failure));
            spentNanos += waitNanos;
            return Mono.delay(Duration.ofNanos(waitNanos), clock.timer());
        }

        private boolean othersWereServedSince(long nanos) {
            Long servedAt = servedAtNanos.get(request.prefix());
            return servedAt != null && servedAt - nanos > 0;
        }

        private long delayNanos(Throwable failure) {
            long first = failure instanceof ThrottledException ? FIRST_THROTTLED_DELAY_NANOS : FIRST_DELAY_NANOS;
            long bound = Math.min(LONGEST_DELAY_NANOS, first << Math.min(failures - 1, MAX_DOUBLINGS));
            return (long) (bound * random.getAsDouble());
        }
    }
}
