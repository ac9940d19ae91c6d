package dev.penstock.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.ThrottledException;
import dev.penstock.tier.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

class ConcurrencyLimitTest {

    private final VirtualTime time = new VirtualTime();
    private final FetchMeter meter = new FetchMeter();
    private final Random random = new Random(1);

    private ConcurrencyLimit limit(RangeSource store, int max) {
        return new ConcurrencyLimit(store, max, time.clock, random::nextDouble, meter);
    }

    private Outcome read(RangeSource source, String key, Deadline deadline) {
        return Outcome.of(source, key, deadline);
    }

    private Deadline in(long seconds) {
        return ScriptedStore.in(time.clock, Duration.ofSeconds(seconds));
    }

    @Test
    void neverMoreRequestsAreInFlightThanMayBe() {
        ScriptedStore store = new ScriptedStore(time.clock, n -> Response.served());
        ConcurrencyLimit limit = limit(store, 3);
        List<Outcome> reads = IntStream.range(0, 40)
                .mapToObj(n -> read(limit, "a", Deadline.NONE))
                .toList();
        time.advance(Duration.ofSeconds(10));
        assertThat(reads).allMatch(read -> read.completed);
        assertThat(store.mostInFlight).isEqualTo(3);
        assertThat(meter.snapshot().limit()).isEqualTo(3);
        assertThat(meter.snapshot().queueNanos()).isPositive();
    }

    @Test
    void theEarliestDeadlineGoesFirst() {
        ScriptedStore store = new ScriptedStore(time.clock, n -> Response.served());
        ConcurrencyLimit limit = limit(store, 2);
        read(limit, "first", Deadline.NONE);
        read(limit, "second", Deadline.NONE);
        read(limit, "some day", Deadline.NONE);
        read(limit, "in 9 s", in(9));
        read(limit, "in 3 s", in(3));
        read(limit, "other/in 5 s", in(5));
        time.advance(Duration.ofSeconds(2));
        assertThat(store.keys).containsExactly("first", "second", "in 3 s", "other/in 5 s", "in 9 s", "some day");
    }

    @Test
    void aJobWithTenTimesTheDemandLeavesTheOtherItsShare() {
        for (Deadline greed : List.of(Deadline.NONE, () -> 0)) {
            ScriptedStore store = new ScriptedStore(time.clock, n -> Response.served());
            ConcurrencyLimit limit = limit(store, 2);
            RangeSource modest = limit.forJob(store, new FetchMeter());
            for (int n = 0; n < 100; n++) {
                read(limit, "greedy", greed);
            }
            for (int n = 0; n < 10; n++) {
                read(modest, "modest", greed);
            }
            time.advance(Duration.ofSeconds(30));
            assertThat(store.keys).hasSize(110);
            // Two of the greedy job were in flight before the other one came.
            assertThat(store.keys.subList(2, 22)).filteredOn("modest"::equals).hasSize(10);
        }
    }

    @Test
    void aJobThatWantedNothingSavesNothingUp() {
        ScriptedStore store = new ScriptedStore(time.clock, n -> Response.served());
        ConcurrencyLimit limit = limit(store, 2);
        RangeSource late = limit.forJob(store, new FetchMeter());
        for (int n = 0; n < 40; n++) {
            read(limit, "first", Deadline.NONE);
        }
        time.advance(Duration.ofSeconds(1));
        int before = store.keys.size();
        for (int n = 0; n < 20; n++) {
            read(late, "late", Deadline.NONE);
        }
        time.advance(Duration.ofSeconds(30));
        assertThat(store.keys.subList(before, before + 10))
                .filteredOn("late"::equals)
                .hasSizeBetween(4, 6);
    }

    @Test
    void whatIsNeededSoonGoesBeforeTheReadAheadOfAnotherJob() {
        ScriptedStore store = new ScriptedStore(time.clock, n -> Response.served());
        ConcurrencyLimit limit = limit(store, 2);
        RangeSource other = limit.forJob(store, new FetchMeter());
        read(limit, "first", Deadline.NONE);
        read(limit, "second", Deadline.NONE);
        read(other, "some day", in(60));
        read(limit, "soon", in(0));
        read(limit, "soon too", in(0));
        time.advance(Duration.ofSeconds(2));
        assertThat(store.keys).containsExactly("first", "second", "soon", "soon too", "some day");
    }

    @Test
    void aDeadlineThatMovesMovesTheRead() {
        ScriptedStore store = new ScriptedStore(time.clock, n -> Response.served());
        ConcurrencyLimit limit = limit(store, 2);
        read(limit, "first", Deadline.NONE);
        read(limit, "second", Deadline.NONE);
        AtomicLong remaining = new AtomicLong(Long.MAX_VALUE);
        read(limit, "in 9 s", in(9));
        read(limit, "moved", remaining::get);
        remaining.set(0);
        time.advance(Duration.ofSeconds(2));
        assertThat(store.keys).containsExactly("first", "second", "moved", "in 9 s");
    }

    @Test
    void aCancelledReadLeavesTheQueueOrGivesItsPlaceToTheNext() {
        ScriptedStore store = new ScriptedStore(time.clock, n -> Response.served());
        ConcurrencyLimit limit = limit(store, 2);
        Outcome sent = read(limit, "sent", in(1));
        read(limit, "sent too", in(1));
        Outcome waiting = read(limit, "waiting", in(2));
        read(limit, "next", in(3));
        waiting.cancel();
        assertThat(limit.queued()).isEqualTo(1);
        sent.cancel();
        assertThat(store.keys).containsExactly("sent", "sent too", "next");
        assertThat(store.inFlight).isEqualTo(2);
        assertThat(limit.inFlight()).isEqualTo(2);
    }

    @Test
    void aThrottledPrefixIsHeldBackWhileOthersGoOn() {
        ScriptedStore store = new ScriptedStore(
                time.clock, n -> n == 0 ? Response.failed(Response.Fault.THROTTLE, 0) : Response.served());
        ConcurrencyLimit limit = limit(store, 8);
        Outcome throttled = read(limit, "hot/a", Deadline.NONE);
        time.advance(Duration.ofMillis(101));
        assertThat(throttled.failure).isInstanceOf(ThrottledException.class);
        read(limit, "hot/b", Deadline.NONE);
        read(limit, "cold/c", Deadline.NONE);
        assertThat(store.keys).containsExactly("hot/a", "cold/c");
        time.advance(Duration.ofMillis(150));
        assertThat(store.keys).containsExactly("hot/a", "cold/c", "hot/b");
        assertThat(meter.snapshot().throttles()).isEqualTo(1);
    }

    @Test
    void noRequestOfAPrefixLeavesBeforeTheWaitThatTheStoreAskedForIsOver() {
        Response refusal = Response.failed(Response.Fault.THROTTLE, 0).withRetryAfter(Duration.ofSeconds(20));
        ScriptedStore store = new ScriptedStore(time.clock, n -> n == 0 ? refusal : Response.served());
        ConcurrencyLimit limit = limit(store, 8);
        read(limit, "hot/a", Deadline.NONE);
        time.advance(Duration.ofMillis(101));
        read(limit, "hot/b", Deadline.NONE);
        read(limit, "cold/c", Deadline.NONE);
        time.advance(Duration.ofMillis(19_999));
        assertThat(store.keys).containsExactly("hot/a", "cold/c");
        time.advance(Duration.ofMillis(151));
        assertThat(store.keys).containsExactly("hot/a", "cold/c", "hot/b");
    }

    @Test
    void aStoreThatAnswersAtOnceDoesNotFillTheStack() {
        RangeSource store = request -> request.object().key().equals("slow")
                ? Mono.delay(Duration.ofSeconds(1), time.scheduler).then()
                : Mono.empty();
        ConcurrencyLimit limit = limit(store, 2);
        read(limit, "slow", Deadline.NONE);
        read(limit, "slow", Deadline.NONE);
        List<Outcome> reads = IntStream.range(0, 20_000)
                .mapToObj(n -> read(limit, "fast", Deadline.NONE))
                .toList();
        time.advance(Duration.ofSeconds(2));
        assertThat(reads).allMatch(read -> read.completed);
        assertThat(limit.inFlight()).isZero();
    }

    @Test
    void noPlaceIsLostInAnyMixOfEndings() {
        for (long seed = System.nanoTime(), last = seed + 100; seed < last; seed++) {
            Random dice = new Random(seed);
            Response.Fault[] faults = Response.Fault.values();
            ScriptedStore store = new ScriptedStore(
                    time.clock,
                    n -> new Response(
                            Duration.ofMillis(dice.nextInt(50)),
                            Duration.ofMillis(dice.nextInt(50)),
                            faults[dice.nextInt(faults.length)],
                            dice.nextDouble(),
                            Duration.ofMillis(dice.nextInt(500)),
                            Duration.ZERO));
            ConcurrencyLimit limit = limit(store, 4);
            List<Outcome> reads = new ArrayList<>();
            for (int n = 0; n < 100; n++) {
                reads.add(read(limit, dice.nextInt(3) + "/key", in(dice.nextInt(5))));
                if (dice.nextInt(3) == 0) {
                    reads.get(dice.nextInt(reads.size())).cancel();
                }
                time.advance(Duration.ofMillis(dice.nextInt(20)));
            }
            time.advance(Duration.ofMinutes(2));
            assertThat(limit.inFlight()).as("in flight, seed %s", seed).isZero();
            assertThat(limit.queued()).as("queued, seed %s", seed).isZero();
            assertThat(store.inFlight).as("in the store, seed %s", seed).isZero();
            assertThat(store.mostInFlight).as("at most, seed %s", seed).isLessThanOrEqualTo(4);
        }
    }

    @Test
    void noPlaceIsLostWhenThreadsRace() throws InterruptedException {
        Scheduler threads = Schedulers.newParallel("limit-test", 4);
        RangeSource store = request -> Mono.<Void>fromRunnable(() -> {
                    if (request.object().key().equals("throttled")) {
                        throw new ThrottledException(FailureMessage.of("read"), null);
                    }
                })
                .subscribeOn(threads);
        ConcurrencyLimit limit = new ConcurrencyLimit(store, 4, FetchClock.system(), () -> 0, meter);
        int reads = 4 * 2000;
        CountDownLatch ended = new CountDownLatch(reads);
        try (ExecutorService callers = Executors.newFixedThreadPool(4)) {
            for (int caller = 0; caller < 4; caller++) {
                int number = caller;
                callers.execute(() -> {
                    for (int n = 0; n < reads / 4; n++) {
                        String key = n % 1000 == 7 ? "throttled" : number + "/key";
                        Disposable read = limit.read(ScriptedStore.request(key, Deadline.NONE, new byte[1]))
                                .doFinally(signal -> ended.countDown())
                                .subscribe(ignored -> {}, failure -> {});
                        if (n % 3 == 0) {
                            read.dispose();
                        }
                    }
                });
            }
        }
        ended.await();
        threads.dispose();
        assertThat(limit.inFlight()).isZero();
        assertThat(limit.queued()).isZero();
    }
}
