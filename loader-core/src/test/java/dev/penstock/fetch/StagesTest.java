package dev.penstock.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.error.PenstockException;
import dev.penstock.tier.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// The stages as an origin composes them, over stores in which anything may go wrong.
class StagesTest {

    private static final double SHARE = 0.05;
    private static final long INITIAL_BYTES = 4 * ScriptedStore.RANGE_BYTES;
    private static final Duration GIVE_UP_AFTER = Duration.ofSeconds(20);

    @Test
    void anyScheduleOfFaultsLeavesTheObjectsBytesOrAClearErrorAndNothingBehind() {
        for (long seed = System.nanoTime(), last = seed + 60; seed < last; seed++) {
            new Run(seed, new Random(seed).nextDouble()).readsAndCancels();
        }
    }

    @Test
    void noStallIsHedgedWhileDeadlinesAreFar() {
        Run run = new Run(7, 0.5);
        for (int n = 0; n < 300; n++) {
            Outcome.of(run.stages, "key", () -> Duration.ofHours(1).toNanos());
            run.time.advance(Duration.ofMillis(100));
        }
        assertThat(run.meter.snapshot().hedges()).isZero();
    }

    @Test
    void aThrottlingStoreThatServesEveryThirdRequestServesEveryRead() {
        long seed = System.nanoTime();
        Run run = new Run(
                seed,
                _ -> n -> n % 3 == 2
                        ? Response.served()
                        : Response.failed(Response.Fault.THROTTLE, 0).withRetryAfter(Duration.ofSeconds(1)));
        List<Outcome> reads = IntStream.range(0, 400)
                .mapToObj(n -> Outcome.of(run.stages, "prefix/" + n % 7, Deadline.NONE))
                .toList();
        run.time.advance(Duration.ofHours(5));
        assertThat(reads).as("seed %d", seed).allMatch(Outcome::holdsTheObject);
    }

    @Test
    void aReadThatFailedGoesBeforeThoseThatCameAfterIt() {
        Run run = new Run(7, _ -> n -> n == 0 ? Response.failed(Response.Fault.RESET, 0) : Response.served());
        for (int n = 0; n < 100; n++) {
            Outcome.of(run.stages, "key-" + n, Deadline.NONE);
        }
        run.time.advance(Duration.ofMinutes(1));
        assertThat(run.store.keys.lastIndexOf("key-0")).isBetween(1, 15);
    }

    /// The stages over one faulty store.
    private static final class Run {

        private final VirtualTime time = new VirtualTime();
        private final FetchMeter meter = new FetchMeter();
        private final Random dice;
        private final String seed;
        private final ScriptedStore store;
        private final ConcurrencyLimit limit;
        private final HedgedRanges hedged;
        private final RangeSource stages;

        /// @param faulty share of responses in which something goes wrong
        Run(long seed, double faulty) {
            this(seed, dice -> _ -> dice.nextDouble() < faulty ? faulty(dice) : ordinary(dice));
        }

        /// @param script made with the run's dice
        Run(long seed, Function<Random, IntFunction<Response>> script) {
            this.dice = new Random(seed);
            this.seed = "seed " + seed;
            store = new ScriptedStore(time.clock, script.apply(dice));
            limit = new ConcurrencyLimit(store, 6, time.clock, dice::nextDouble, meter);
            hedged = new HedgedRanges(limit, new HedgeBudget(SHARE, INITIAL_BYTES), time.clock, meter);
            stages = new ResumingRetries(hedged, GIVE_UP_AFTER, time.clock, dice::nextDouble, meter);
        }

        private static Response ordinary(Random dice) {
            return Response.served().withFirstByte(Duration.ofMillis(80 + dice.nextInt(40)));
        }

        private static Response faulty(Random dice) {
            Response.Fault[] faults = Response.Fault.values();
            boolean fatal = dice.nextInt(20) == 0;
            return new Response(
                    Duration.ofMillis(dice.nextInt(400)),
                    Duration.ofMillis(dice.nextInt(2000)),
                    fatal ? Response.Fault.FATAL : faults[dice.nextInt(faults.length - 1)],
                    dice.nextDouble(),
                    Duration.ofMillis(dice.nextInt(3000)),
                    Duration.ofMillis(dice.nextInt(2) * dice.nextInt(3000)));
        }

        void readsAndCancels() {
            List<Outcome> reads = new ArrayList<>();
            List<Outcome> cancelled = new ArrayList<>();
            for (int n = 0; n < 120; n++) {
                String key = dice.nextInt(3) + "/" + dice.nextInt(9);
                Duration due = Duration.ofMillis(dice.nextInt(1500));
                reads.add(Outcome.of(stages, key, ScriptedStore.in(time.clock, due)));
                if (dice.nextInt(12) == 0) {
                    Outcome unwanted = reads.get(dice.nextInt(reads.size()));
                    if (!unwanted.ended()) {
                        unwanted.cancel();
                        unwanted.target().close();
                        cancelled.add(unwanted);
                    }
                }
                time.advance(Duration.ofMillis(dice.nextInt(60)));
            }
            time.advance(Duration.ofMinutes(30));
            assertBytesOrErrors(reads, cancelled);
            assertWasteIsWithinTheBudget(reads);
            assertThat(limit.inFlight()).as("permits, %s", seed).isZero();
            assertThat(limit.queued()).as("waiters, %s", seed).isZero();
            assertThat(hedged.running()).as("watched reads, %s", seed).isZero();
            assertThat(store.inFlight).as("requests, %s", seed).isZero();
        }

        private void assertBytesOrErrors(List<Outcome> reads, List<Outcome> cancelled) {
            for (Outcome read : reads) {
                assertThat(read.ended()).as(seed).isNotEqualTo(cancelled.contains(read));
                assertThat(read.completed).as(seed).isEqualTo(read.holdsTheObject());
                if (read.failure != null) {
                    assertThat(read.failure).as(seed).isInstanceOf(PenstockException.class);
                }
            }
        }

        private void assertWasteIsWithinTheBudget(List<Outcome> reads) {
            long useful = reads.stream()
                    .mapToLong(read -> read.target().filledBytes())
                    .sum();
            long received = reads.stream()
                    .mapToLong(read -> read.target().receivedBytes())
                    .sum();
            assertThat((double) received - useful)
                    .as("wasted bytes, %s", seed)
                    .isLessThanOrEqualTo(INITIAL_BYTES + SHARE * useful);
            assertThat(meter.snapshot().hedgeBytes())
                    .as("hedge bytes, %s", seed)
                    .isEqualTo(received - useful);
        }
    }
}
