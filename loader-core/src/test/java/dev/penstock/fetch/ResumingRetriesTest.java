package dev.penstock.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.error.CorruptDataException;
import dev.penstock.error.RetryableException;
import dev.penstock.error.ThrottledException;
import dev.penstock.error.WrongAnswerException;
import dev.penstock.tier.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

class ResumingRetriesTest {

    private static final Duration LONG = Duration.ofHours(1);

    private final VirtualTime time = new VirtualTime();
    private final FetchMeter meter = new FetchMeter();
    private final List<Long> sentAtNanos = new ArrayList<>();

    private ScriptedStore store(IntFunction<Response> script) {
        return new ScriptedStore(time.clock, n -> {
            sentAtNanos.add(time.clock.nanos());
            return script.apply(n);
        });
    }

    private Outcome read(ScriptedStore store, Duration giveUpAfter, double random) {
        RangeSource retries = new ResumingRetries(store, giveUpAfter, time.clock, () -> random, meter);
        return Outcome.of(retries, "key", Deadline.NONE);
    }

    private Outcome read(ScriptedStore store) {
        return read(store, Duration.ofSeconds(60), 0.5);
    }

    private static Response reset(double at) {
        return Response.failed(Response.Fault.RESET, at);
    }

    @Test
    void everyAttemptAsksOnlyForWhatIsMissing() {
        ScriptedStore store = store(n -> n < 4 ? reset(0.5) : Response.served());
        Outcome read = read(store);
        time.advance(LONG);
        assertThat(read.completed).isTrue();
        assertThat(read.holdsTheObject()).isTrue();
        assertThat(read.target().receivedBytes()).isEqualTo(ScriptedStore.RANGE_BYTES);
        assertThat(meter.snapshot().retries()).isEqualTo(4);
    }

    @Test
    void theLastFailureIsPassedOnWhenTheTimeIsUp() {
        ScriptedStore store = store(n -> reset(0));
        Outcome read = read(store);
        time.advance(LONG);
        assertThat(read.failure).isInstanceOf(RetryableException.class);
        long lasted = sentAtNanos.getLast() - sentAtNanos.getFirst();
        assertThat(Duration.ofNanos(lasted)).isBetween(Duration.ofSeconds(60), Duration.ofSeconds(61));
        assertThat(store.requests()).isBetween(20, 40);
    }

    @Test
    void attemptsAreBoundedWhereDelaysAreShort() {
        ScriptedStore store = store(n -> reset(0).withFirstByte(Duration.ZERO));
        Outcome read = read(store, Duration.ofSeconds(60), 0);
        time.advance(LONG);
        assertThat(read.failure).isInstanceOf(RetryableException.class);
        assertThat(store.requests()).isEqualTo(ResumingRetries.MAX_ATTEMPTS);
    }

    @Test
    void progressStartsTheCountAnew() {
        ScriptedStore store = store(n -> n % 40 == 39 ? reset(0.1) : reset(0).withFirstByte(Duration.ZERO));
        Outcome read = read(store, Duration.ofSeconds(60), 0);
        time.advance(LONG);
        assertThat(read.completed).isTrue();
        assertThat(store.requests()).isGreaterThan(2 * ResumingRetries.MAX_ATTEMPTS);
    }

    @Test
    void aServerThatAnswersWrongIsAskedAFewTimesThoughItBringsBytes() {
        ScriptedStore store = store(n -> Response.failed(Response.Fault.WRONG_ANSWER, 0.25));
        Outcome read = read(store);
        time.advance(LONG);
        assertThat(read.failure).isInstanceOf(WrongAnswerException.class);
        assertThat(store.requests()).isEqualTo(ResumingRetries.MAX_WRONG_ANSWERS);
    }

    @Test
    void aRightAnswerAfterAWrongOneCompletesTheRead() {
        ScriptedStore store =
                store(n -> n % 2 == 0 ? Response.failed(Response.Fault.WRONG_ANSWER, 0.5) : Response.served());
        Outcome read = read(store);
        time.advance(LONG);
        assertThat(read.completed).isTrue();
        assertThat(read.holdsTheObject()).isTrue();
    }

    @Test
    void aFatalFailureIsNotTriedAgain() {
        ScriptedStore store = store(n -> Response.failed(Response.Fault.FATAL, 0.3));
        Outcome read = read(store);
        time.advance(LONG);
        assertThat(read.failure).isInstanceOf(CorruptDataException.class);
        assertThat(store.requests()).isEqualTo(1);
        assertThat(meter.snapshot().retries()).isZero();
    }

    @Test
    void throttlingWaitsLonger() {
        Duration afterReset = delayBeforeSecond(reset(0));
        Duration afterThrottling = delayBeforeSecond(Response.failed(Response.Fault.THROTTLE, 0));
        assertThat(afterThrottling).isGreaterThan(afterReset);
    }

    private Duration delayBeforeSecond(Response first) {
        sentAtNanos.clear();
        Outcome read = read(store(n -> n == 0 ? first : Response.served()));
        time.advance(LONG);
        assertThat(read.completed).isTrue();
        return Duration.ofNanos(sentAtNanos.get(1) - sentAtNanos.get(0)).minus(first.firstByte());
    }

    @Test
    void theWaitThatTheServerAskedForIsKeptAndTheDelayComesOnTop() {
        Duration asked = Duration.ofSeconds(30);
        for (Response.Fault fault : new Response.Fault[] {Response.Fault.RESET, Response.Fault.THROTTLE}) {
            Duration without = delayBeforeSecond(Response.failed(fault, 0));
            Duration with = delayBeforeSecond(Response.failed(fault, 0).withRetryAfter(asked));
            assertThat(with).isEqualTo(asked.plus(without));
        }
    }

    @Test
    void theTimeInOurOwnQueueDoesNotCount() {
        ScriptedStore store = store(n -> n < 10 ? reset(0) : Response.served());
        RangeSource queue = request ->
                Mono.delay(Duration.ofMinutes(2), time.scheduler).then(Mono.defer(() -> store.read(request)));
        RangeSource retries = new ResumingRetries(queue, Duration.ofSeconds(60), time.clock, () -> 0.5, meter);
        Outcome read = Outcome.of(retries, "key", Deadline.NONE);
        time.advance(LONG);
        assertThat(read.completed).isTrue();
    }

    @Test
    void aWaitBeyondTheTimeLimitIsNotWaitedFor() {
        Response refusal = Response.failed(Response.Fault.THROTTLE, 0).withRetryAfter(Duration.ofSeconds(40));
        ScriptedStore store = store(n -> refusal);
        Outcome read = read(store);
        time.advance(LONG);
        assertThat(read.failure).isInstanceOf(ThrottledException.class);
        assertThat(store.requests()).isEqualTo(2);
    }

    @Test
    void delaysGrowAndAreBounded() {
        ScriptedStore store =
                store(n -> Response.failed(Response.Fault.THROTTLE, 0).withFirstByte(Duration.ZERO));
        read(store, Duration.ofSeconds(60), 0.5);
        time.advance(LONG);
        for (int n = 2; n < sentAtNanos.size() - 1; n++) {
            long before = sentAtNanos.get(n - 1) - sentAtNanos.get(n - 2);
            long delay = sentAtNanos.get(n) - sentAtNanos.get(n - 1);
            assertThat(delay).isBetween(before, Duration.ofMillis(2501).toNanos());
        }
    }

    @Test
    void aCancelEndsTheWaitForTheNextAttempt() {
        ScriptedStore store = store(n -> reset(0));
        Outcome read = read(store);
        time.advance(Duration.ofMillis(110));
        read.cancel();
        time.advance(LONG);
        assertThat(store.requests()).isEqualTo(1);
        assertThat(read.ended()).isFalse();
    }

    @Test
    void throttlingIsTheFailureThatIsPassedOn() {
        ScriptedStore store = store(n -> Response.failed(Response.Fault.THROTTLE, 0));
        Outcome read = read(store, Duration.ZERO, 0.5);
        time.advance(LONG);
        assertThat(read.failure).isInstanceOf(ThrottledException.class);
        assertThat(store.requests()).isEqualTo(1);
    }
}
