package dev.penstock.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.RetryableException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

class RetryPolicyTest {

    private final AtomicInteger requests = new AtomicInteger();

    private Mono<String> refused(Duration retryAfter) {
        RetryPolicy policy = new RetryPolicy(2, Duration.ofMillis(100), Duration.ofMillis(150));
        return policy.around(Mono.error(() -> {
            requests.incrementAndGet();
            return new RetryableException(FailureMessage.of("request"), null, retryAfter);
        }));
    }

    @Test
    void delaysDoubleAreBoundedAndEnd() {
        StepVerifier.withVirtualTime(() -> refused(Duration.ZERO))
                .expectSubscription()
                .expectNoEvent(Duration.ofMillis(49))
                .thenAwait(Duration.ofMillis(51 + 150))
                .verifyError(RetryableException.class);
        assertThat(requests).hasValue(3);
    }

    @Test
    void noRetryComesBeforeTheWaitThatTheServerAskedFor() {
        StepVerifier.withVirtualTime(() -> refused(Duration.ofSeconds(20)))
                .expectSubscription()
                .expectNoEvent(Duration.ofSeconds(20))
                .then(() -> assertThat(requests).hasValue(1))
                .thenAwait(Duration.ofMillis(100))
                .then(() -> assertThat(requests).hasValue(2))
                .thenAwait(Duration.ofMillis(20_150))
                .verifyError(RetryableException.class);
        assertThat(requests).hasValue(3);
    }

    @Test
    void aWaitBeyondItsPatienceIsNotWaitedFor() {
        StepVerifier.withVirtualTime(() -> refused(Duration.ofSeconds(60)))
                .verifyErrorSatisfies(failure -> assertThat(requests).hasValue(1));
    }
}
