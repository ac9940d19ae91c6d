package dev.penstock.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.RetryableException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

class RetriedStoreTest {

    private static final ObjectMetadata OBJECT = new ObjectMetadata("key", 1 << 20, "");

    private final LongAdder requests = new LongAdder();
    private final List<String> told = new ArrayList<>();

    private RetriedStore store(IntFunction<Mono<ObjectMetadata>> answers) {
        return store(answers, RetryPolicy.defaults());
    }

    private RetriedStore store(IntFunction<Mono<ObjectMetadata>> answers, RetryPolicy retries) {
        AtomicInteger asked = new AtomicInteger();
        ObjectStore answering = new ReadOnlyStore() {

            @Override
            public Mono<ObjectMetadata> stat(String key) {
                return answers.apply(asked.getAndIncrement());
            }

            @Override
            public Mono<Void> read(ObjectMetadata object, long offsetBytes, ReadTarget target) {
                throw new UnsupportedOperationException();
            }
        };
        return new RetriedStore(answering, new Patience(retries, failure -> told.add(failure.getMessage())), requests);
    }

    private static <T> Mono<T> unanswered() {
        return Mono.error(
                new RetryableException(FailureMessage.of("object access").with("key", "key"), null));
    }

    @Test
    void anAbsenceOfHalfAMinuteIsSatOutAndTold() {
        StepVerifier.withVirtualTime(() ->
                        store(n -> n < 10 ? unanswered() : Mono.just(OBJECT)).stat("key"))
                .thenAwait(Duration.ofSeconds(40))
                .expectNext(OBJECT)
                .verifyComplete();
        assertThat(requests.sum()).isEqualTo(11);
        assertThat(told).hasSize(10).containsOnly("object access failed: key=key");
    }

    @Test
    void aQuestionThatCanGoUnansweredIsOverWithinSeconds() {
        StepVerifier.withVirtualTime(() -> store(_ -> unanswered()).hurried().stat("key"))
                .thenAwait(Duration.ofSeconds(10))
                .verifyError(RetryableException.class);
        assertThat(requests.sum()).isEqualTo(7);
    }

    @Test
    void whatCannotPassIsNotAskedAgain() {
        CorruptDataException corrupt = new CorruptDataException(FailureMessage.of("object access"));
        StepVerifier.create(store(_ -> Mono.error(corrupt)).stat("key")).verifyErrorMatches(corrupt::equals);
        assertThat(requests.sum()).isEqualTo(1);
        assertThat(told).isEmpty();
    }

    @Test
    void aQuestionThatIsNeverAnsweredIsAskedAgainAndGivenUp() {
        RetryPolicy once = new RetryPolicy(1, Duration.ofMillis(1), Duration.ofMillis(1));
        StepVerifier.withVirtualTime(() -> store(_ -> Mono.never(), once).stat("key"))
                .thenAwait(Duration.ofMinutes(2))
                .verifyErrorMessage("object access failed: uri=mem:/read-only, key=key, missing=the answer after 30 s;"
                        + " if it persists, check the store and the network");
        assertThat(requests.sum()).isEqualTo(2);
        assertThat(told).hasSize(2);
    }

    @Test
    void aReadThatDripsIsBegunAgainForTheRest() {
        AtomicInteger reads = new AtomicInteger();
        ObjectStore drippingOnce = new ReadOnlyStore() {

            @Override
            public Mono<Void> read(ObjectMetadata object, long offsetBytes, ReadTarget target) {
                return Mono.defer(() -> {
                    if (reads.getAndIncrement() == 0) {
                        target.write(0, ByteBuffer.allocate(1));
                        return Mono.never();
                    }
                    target.write(target.filledBytes(), ByteBuffer.allocate(99));
                    return Mono.empty();
                });
            }
        };
        RetriedStore store =
                new RetriedStore(drippingOnce, Patience.telling(failure -> told.add(failure.getMessage())), requests);
        StepVerifier.withVirtualTime(() -> store.read(OBJECT, 0, MemorySegment.ofArray(new byte[100])))
                .thenAwait(Duration.ofSeconds(31))
                .verifyComplete();
        assertThat(told)
                .containsExactly("object read failed: uri=mem:/read-only, key=key, missing=99 bytes after 30 s;"
                        + " if it persists, check the store and the network");
    }

    @Test
    void aReadThatMakesProgressIsNeverGivenUp() {
        int stepBytes = 64 << 10;
        ObjectStore dripping = new ReadOnlyStore() {

            @Override
            public Mono<Void> read(ObjectMetadata object, long offsetBytes, ReadTarget target) {
                return Mono.defer(() -> {
                    target.write(target.filledBytes(), ByteBuffer.allocate(stepBytes));
                    return target.wanted() ? unanswered() : Mono.empty();
                });
            }
        };
        Patience twice = new Patience(new RetryPolicy(1, Duration.ofMillis(1), Duration.ofMillis(1)), _ -> {});
        RetriedStore store = new RetriedStore(dripping, twice, requests);
        StepVerifier.create(store.read(OBJECT, 0, MemorySegment.ofArray(new byte[1 << 20])))
                .verifyComplete();
        assertThat(requests.sum()).isEqualTo((1 << 20) / stepBytes);
    }

    @Test
    void aReadWithoutProgressIsGivenUp() {
        ObjectStore silent = new ReadOnlyStore() {

            @Override
            public Mono<Void> read(ObjectMetadata object, long offsetBytes, ReadTarget target) {
                return unanswered();
            }
        };
        Patience twice = new Patience(new RetryPolicy(1, Duration.ofMillis(1), Duration.ofMillis(1)), _ -> {});
        StepVerifier.create(
                        new RetriedStore(silent, twice, requests).read(OBJECT, 0, MemorySegment.ofArray(new byte[100])))
                .verifyError(RetryableException.class);
        assertThat(requests.sum()).isEqualTo(2);
    }
}
