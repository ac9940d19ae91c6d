package dev.penstock.tier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.RetryableException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

class RetryingSourceTest {

    private static final Duration LONG = Duration.ofHours(1);

    private final TierMeter meter = new TierMeter();
    private final AtomicInteger attempts = new AtomicInteger();
    private final MemorySegment destination = Arena.global().allocate(16);

    /// Fails `failures` times, then fills.
    private BlockSource failing(int failures, RuntimeException failure) {
        return (block, deadline, bytes) -> {
            if (attempts.incrementAndGet() <= failures) {
                return Mono.error(failure);
            }
            MemorySource.fill(block, bytes);
            return Mono.empty();
        };
    }

    private static RetryableException busy() {
        return new RetryableException(FailureMessage.of("read"), null);
    }

    private StepVerifier.FirstStep<Void> read(BlockSource source, int retries) {
        return StepVerifier.withVirtualTime(() ->
                new RetryingSource(source, retries, Duration.ofMillis(100), meter).read(3, Deadline.NONE, destination));
    }

    @Test
    void aRetryableFailureIsReadAgainUntilItSucceeds() {
        read(failing(3, busy()), 3).thenAwait(LONG).verifyComplete();
        assertThat(MemorySource.holds(3, destination)).isTrue();
        assertThat(meter.snapshot().originRetries()).isEqualTo(3);
    }

    @Test
    void theLastFailureIsPassedOnAsItIs() {
        RetryableException failure = busy();
        read(failing(9, failure), 3).thenAwait(LONG).verifyErrorMatches(error -> error == failure);
        assertThat(attempts.get()).isEqualTo(4);
    }

    @Test
    void aFatalFailureIsNotReadAgain() {
        read(failing(9, new CorruptDataException(FailureMessage.of("read"))), 3)
                .verifyError(CorruptDataException.class);
        assertThat(attempts.get()).isEqualTo(1);
    }
}
