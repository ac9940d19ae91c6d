package dev.penstock.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.error.CorruptDataException;
import dev.penstock.error.RetryableException;
import dev.penstock.tier.Deadline;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Sinks;

class HedgedRangesTest {

    private static final int MEASURED = ServiceTimes.FEWEST_MEASUREMENTS;
    private static final Duration STALL = Duration.ofSeconds(2);
    private static final Deadline NOW = () -> 0;

    private final VirtualTime time = new VirtualTime();
    private final FetchMeter meter = new FetchMeter();
    private final Map<Integer, Response> script = new HashMap<>();
    private final ScriptedStore store =
            new ScriptedStore(time.clock, n -> script.getOrDefault(n - MEASURED, Response.served()));
    private final HedgeBudget budget = new HedgeBudget(0.05, 100 * ScriptedStore.RANGE_BYTES);
    private final HedgedRanges hedged = new HedgedRanges(store, budget, time.clock, meter);

    @BeforeEach
    void measure() {
        for (int n = 0; n < MEASURED; n++) {
            read(Deadline.NONE);
        }
        time.advance(Duration.ofSeconds(1));
    }

    private Outcome read(Deadline deadline) {
        return Outcome.of(hedged, "key", deadline);
    }

    /// Requests after those that were measured.
    private int requests() {
        return store.requests() - MEASURED;
    }

    private Duration timeToEnd(Outcome read) {
        long begin = time.clock.nanos();
        time.advanceUntil(read::ended, Duration.ofSeconds(20));
        return Duration.ofNanos(time.clock.nanos() - begin);
    }

    private void assertServed(Outcome read) {
        assertThat(read.completed).isTrue();
        assertThat(read.holdsTheObject()).isTrue();
        assertThat(store.inFlight).isZero();
        assertThat(hedged.running()).isZero();
    }

    /// One reading of the clock serves all reads that are looked at: a request may be sent, and answered, after it.
    @Test
    void aRequestSentAndAnsweredDuringALookEndsItsRead() {
        AtomicReference<Runnable> duringTheLook = new AtomicReference<>(() -> {});
        AtomicLong lag = new AtomicLong();
        FetchClock lagging = new FetchClock(time.scheduler, () -> {
            long now = time.clock.nanos() + lag.get();
            duringTheLook.getAndSet(() -> {}).run();
            return now;
        });
        Sinks.Empty<Void> served = Sinks.empty();
        AtomicReference<RangeRequest> sent = new AtomicReference<>();
        HedgedRanges stage = new HedgedRanges(
                request -> {
                    sent.set(request);
                    return served.asMono();
                },
                budget,
                lagging,
                meter);
        Outcome read = Outcome.of(stage, "key", Deadline.NONE);
        duringTheLook.set(() -> {
            lag.addAndGet(1_500_000);
            sent.get().onSent().run();
            sent.get().target().write(0, ByteBuffer.wrap(ScriptedStore.bytes("key", 0, 10)));
        });
        time.advance(Duration.ofMillis(20));
        int rest = ScriptedStore.RANGE_BYTES - 10;
        sent.get().target().write(10, ByteBuffer.wrap(ScriptedStore.bytes("key", 10, rest)));
        served.tryEmitEmpty().orThrow();
        assertThat(read.completed).isTrue();
        assertThat(stage.running()).isZero();
    }

    @Test
    void aFirstByteThatIsLateNearItsDeadlineIsHedged() {
        script.put(0, Response.stalled(0, STALL));
        Outcome read = read(NOW);
        assertThat(timeToEnd(read)).isLessThan(Duration.ofMillis(400));
        assertServed(read);
        assertThat(requests()).isEqualTo(2);
        assertThat(meter.snapshot().hedges()).isEqualTo(1);
        assertThat(meter.snapshot().hedgesWon()).isEqualTo(1);
    }

    @Test
    void aStallWithinTheBodyIsHedgedForTheRest() {
        script.put(0, Response.stalled(0.5, STALL));
        Outcome read = read(NOW);
        assertThat(timeToEnd(read)).isLessThan(Duration.ofMillis(600));
        assertServed(read);
        assertThat(read.target().receivedBytes()).isEqualTo(ScriptedStore.RANGE_BYTES);
        assertThat(meter.snapshot().hedgeBytes()).isZero();
    }

    @Test
    void aBodyThatIsSlowIsHedged() {
        script.put(0, Response.served().withBody(Duration.ofSeconds(4)));
        Outcome read = read(NOW);
        assertThat(timeToEnd(read)).isLessThan(Duration.ofSeconds(1));
        assertServed(read);
        assertThat(requests()).isEqualTo(2);
    }

    @Test
    void whileTheDeadlineIsFarAStallIsWaitedFor() {
        script.put(0, Response.stalled(0, STALL));
        script.put(1, Response.stalled(0.5, STALL));
        Outcome first = read(ScriptedStore.in(time.clock, Duration.ofSeconds(4)));
        Outcome second = read(Deadline.NONE);
        assertThat(timeToEnd(first)).isGreaterThan(STALL);
        time.advance(Duration.ofSeconds(1));
        assertServed(first);
        assertServed(second);
        assertThat(requests()).isEqualTo(2);
    }

    @Test
    void aDeadlineThatComesNearLetsTheHedgeGo() {
        script.put(0, Response.stalled(0, Duration.ofSeconds(10)));
        AtomicLong remaining = new AtomicLong(Long.MAX_VALUE);
        Outcome read = read(remaining::get);
        time.advance(Duration.ofSeconds(3));
        assertThat(requests()).isEqualTo(1);
        remaining.set(Duration.ofMillis(100).toNanos());
        assertThat(timeToEnd(read)).isLessThan(Duration.ofMillis(250));
        assertServed(read);
    }

    @Test
    void anOrdinaryRequestIsNotHedgedHoweverNearItsDeadlineIs() {
        for (int n = 0; n < 50; n++) {
            read(NOW);
        }
        time.advance(Duration.ofSeconds(1));
        assertThat(requests()).isEqualTo(50);
    }

    @Test
    void nothingIsLateBeforeEnoughIsMeasured() {
        HedgedRanges fresh = new HedgedRanges(store, budget, time.clock, meter);
        script.put(0, Response.stalled(0, STALL));
        Outcome read = Outcome.of(fresh, "key", NOW);
        assertThat(timeToEnd(read)).isGreaterThan(STALL);
        assertThat(requests()).isEqualTo(1);
    }

    @Test
    void withoutBudgetAStallIsWaitedForAndCountedOnce() {
        budget.take(100 * ScriptedStore.RANGE_BYTES);
        script.put(0, Response.stalled(0, STALL));
        Outcome read = read(NOW);
        assertThat(timeToEnd(read)).isGreaterThan(STALL);
        assertThat(requests()).isEqualTo(1);
        assertThat(meter.snapshot().hedgesRefused()).isEqualTo(1);
    }

    @Test
    void bytesThatCameTwiceArePaidFor() {
        double before = budget.bytes();
        script.put(0, Response.stalled(0, Duration.ofMillis(100)));
        Outcome read = read(NOW);
        timeToEnd(read);
        assertServed(read);
        long twice = read.target().receivedBytes() - ScriptedStore.RANGE_BYTES;
        assertThat(twice).isPositive();
        assertThat(meter.snapshot().hedgeBytes()).isEqualTo(twice);
        assertThat(budget.bytes()).isEqualTo(before - twice + 0.05 * ScriptedStore.RANGE_BYTES);
    }

    @Test
    void aHedgeThatIsLateAsWellIsHedgedAndTwoAreAliveAtATime() {
        script.put(0, Response.stalled(0, STALL));
        script.put(1, Response.stalled(0.2, STALL));
        Outcome read = read(NOW);
        store.mostInFlight = 0;
        assertThat(timeToEnd(read)).isLessThan(Duration.ofMillis(900));
        assertServed(read);
        assertThat(requests()).isEqualTo(3);
        assertThat(store.mostInFlight).isEqualTo(2);
    }

    @Test
    void aStoreThatIsSilentIsNotAskedForEver() {
        for (int n = 0; n < 100; n++) {
            script.put(n, Response.served().withFirstByte(Duration.ofHours(1)));
        }
        read(NOW);
        time.advance(Duration.ofMinutes(1));
        assertThat(requests()).isEqualTo(1 + HedgedRead.MOST_HEDGES);
    }

    @Test
    void theFailureOfOneRequestDoesNotFailTheReadWhileTheOtherLives() {
        script.put(0, Response.stalled(0, STALL));
        script.put(1, Response.failed(Response.Fault.RESET, 0.5));
        Outcome read = read(ScriptedStore.in(time.clock, Duration.ofMillis(10)));
        budget.take(98 * ScriptedStore.RANGE_BYTES);
        timeToEnd(read);
        assertServed(read);
    }

    @Test
    void aReadFailsWhenAllItsRequestsHaveWithTheFailureThatCannotBeMended() {
        script.put(0, Response.failed(Response.Fault.FATAL, 0).withFirstByte(Duration.ofMillis(250)));
        script.put(1, Response.failed(Response.Fault.RESET, 0).withFirstByte(Duration.ofMillis(100)));
        Outcome read = read(NOW);
        timeToEnd(read);
        assertThat(read.failure).isInstanceOf(CorruptDataException.class);
        assertThat(requests()).isEqualTo(2);
        assertThat(hedged.running()).isZero();
    }

    @Test
    void aRequestThatFailsAloneFailsTheRead() {
        script.put(0, Response.failed(Response.Fault.RESET, 0.5));
        Outcome read = read(NOW);
        timeToEnd(read);
        assertThat(read.failure).isInstanceOf(RetryableException.class);
        assertThat(read.target().filledBytes()).isPositive();
    }

    @Test
    void aCancelAtAnyPointEndsEveryRequest() {
        for (int millis = 0; millis < 500; millis += 7) {
            int before = requests();
            script.put(before, Response.stalled(0.3, STALL));
            double budgetBefore = budget.bytes();
            Outcome read = read(NOW);
            time.advance(Duration.ofMillis(millis));
            read.cancel();
            read.target().close();
            byte[] then = read.memory.clone();
            assertThat(store.inFlight).as("after %d ms", millis).isZero();
            assertThat(hedged.running()).as("after %d ms", millis).isZero();
            time.advance(Duration.ofSeconds(5));
            assertThat(read.memory).isEqualTo(then);
            assertThat(budget.bytes()).isBetween(budgetBefore - ScriptedStore.RANGE_BYTES, budgetBefore + 52);
        }
    }
}
