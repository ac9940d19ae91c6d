package dev.penstock.fetch;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import reactor.test.scheduler.VirtualTimeScheduler;

/// Time that passes only when a test says so.
final class VirtualTime {

    private static final Duration STEP = Duration.ofMillis(1);

    final VirtualTimeScheduler scheduler = VirtualTimeScheduler.create();
    final FetchClock clock = new FetchClock(scheduler, () -> scheduler.now(TimeUnit.NANOSECONDS));

    void advance(Duration time) {
        scheduler.advanceTimeBy(time);
    }

    /// Lets time pass in milliseconds until the condition holds.
    void advanceUntil(BooleanSupplier condition, Duration atMost) {
        long end = clock.nanos() + atMost.toNanos();
        while (!condition.getAsBoolean()) {
            if (clock.nanos() >= end) {
                throw new AssertionError("nothing happened within " + atMost);
            }
            advance(STEP);
        }
    }
}
