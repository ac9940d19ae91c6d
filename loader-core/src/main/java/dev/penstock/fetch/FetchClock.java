package dev.penstock.fetch;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/// The time that stages measure with, and where what they do later runs.
///
/// @param timer runs delayed tasks, none of which blocks
/// @param nanoTime as [System#nanoTime()], in step with the timer
record FetchClock(Scheduler timer, LongSupplier nanoTime) {

    /// Real time, on Reactor's parallel threads.
    static FetchClock system() {
        return new FetchClock(Schedulers.parallel(), System::nanoTime);
    }

    long nanos() {
        return nanoTime.getAsLong();
    }

    Disposable after(long delayNanos, Runnable task) {
        return timer.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
    }
}
