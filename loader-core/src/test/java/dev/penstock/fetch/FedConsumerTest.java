package dev.penstock.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// A consumer of 200 ms a step behind the stages, as the promise on hedging has it: 100 ms to the first byte, 93 ms for
/// a body, 2 % of responses stall for 2 s, and three quarters of what the path can carry is wanted.
class FedConsumerTest {

    private static final Duration STEP = Duration.ofMillis(200);
    private static final Duration TICK = Duration.ofMillis(2);
    private static final Duration STALL = Duration.ofSeconds(2);
    private static final int WARM_UP_STEPS = 50;
    private static final int STEPS = 1000;
    private static final int PATH_CONNECTIONS = 8;

    /// Three quarters of 8 bodies of 93 ms at a time, over 200 ms.
    private static final int BLOCKS_PER_STEP = 13;

    /// 512 MiB of RAM, a second of the consumer's time.
    private static final int BLOCKS_AHEAD = 64;

    private final VirtualTime time = new VirtualTime();
    private final FetchMeter meter = new FetchMeter();
    private final Random dice = new Random(20);
    private long step;

    private RangeSource stages(FetchConfig config, double throttledShare) {
        ScriptedStore store = new ScriptedStore(time.clock, n -> response(throttledShare));
        store.pathConnections = PATH_CONNECTIONS;
        RangeSource limited = new ConcurrencyLimit(store, config.maxConnections(), time.clock, dice::nextDouble, meter);
        RangeSource hedged = config.hedging() instanceof Hedging.NearDeadline(double share)
                ? new HedgedRanges(limited, new HedgeBudget(share, 2 * ScriptedStore.RANGE_BYTES), time.clock, meter)
                : limited;
        return new ResumingRetries(hedged, config.giveUpAfter(), time.clock, dice::nextDouble, meter);
    }

    /// Throttling comes in bursts of 200 ms.
    private Response response(double throttledShare) {
        Duration sinceBurst = Duration.ofNanos(time.clock.nanos() % (long) (200e6 / Math.max(1e-9, throttledShare)));
        if (throttledShare > 0 && sinceBurst.toMillis() < 200) {
            return Response.failed(Response.Fault.THROTTLE, 0).withFirstByte(Duration.ofMillis(5));
        }
        return dice.nextDouble() < 0.02 ? Response.stalled(dice.nextInt(2) * 0.5, STALL) : Response.served();
    }

    private double fedShare(RangeSource stages, int blocksAhead) {
        Deque<Outcome> ahead = new ArrayDeque<>();
        long asked = 0;
        long waitedNanos = 0;
        long fedNanos = 0;
        for (step = 0; step < WARM_UP_STEPS + STEPS; step++) {
            while (asked < step * BLOCKS_PER_STEP + blocksAhead) {
                long wantedAt = asked++ / BLOCKS_PER_STEP;
                ahead.add(Outcome.of(stages, "key", () -> Math.max(0, wantedAt - step) * STEP.toNanos()));
            }
            long begin = time.clock.nanos();
            for (int block = 0; block < BLOCKS_PER_STEP; block++) {
                Outcome read = ahead.remove();
                while (!read.completed) {
                    assertThat(read.failure).isNull();
                    time.advance(TICK);
                }
            }
            if (step >= WARM_UP_STEPS) {
                waitedNanos += time.clock.nanos() - begin;
                fedNanos += STEP.toNanos();
            }
            for (long slept = 0; slept < STEP.toNanos(); slept += TICK.toNanos()) {
                time.advance(TICK);
            }
        }
        return (double) fedNanos / (fedNanos + waitedNanos);
    }

    @Test
    void hedgingKeepsTheConsumerFedThroughStallsAndWastesLittle() {
        double fed = fedShare(stages(FetchConfig.defaults(), 0), BLOCKS_AHEAD);
        double usefulBytes = (double) (STEPS + WARM_UP_STEPS) * BLOCKS_PER_STEP * ScriptedStore.RANGE_BYTES;
        FedConsumerTest control = new FedConsumerTest();
        FetchConfig unhedged = FetchConfig.defaults().withHedging(new Hedging.Off());
        assertThat(fed).isGreaterThanOrEqualTo(0.99);
        assertThat(meter.snapshot().hedgeBytes() / usefulBytes).isLessThanOrEqualTo(0.05);
        assertThat(control.fedShare(control.stages(unhedged, 0), BLOCKS_AHEAD)).isLessThan(0.7);
    }

    /// 200 ms of refusals and the pause after them use up most of a second of read-ahead; two are enough.
    @Test
    void burstsOfThrottlingDoNotStarveTheConsumer() {
        double fed = fedShare(stages(FetchConfig.defaults(), 0.05), 2 * BLOCKS_AHEAD);
        assertThat(meter.snapshot().throttles()).isPositive();
        assertThat(fed).isGreaterThanOrEqualTo(0.99);
    }
}
