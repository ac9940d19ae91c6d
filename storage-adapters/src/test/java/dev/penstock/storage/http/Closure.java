package dev.penstock.storage.http;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/// A server's side of `Retry-After`: it refuses one request, then keeps its doors shut for a second and counts who
/// comes meanwhile.
public final class Closure {

    public static final String SECONDS = "1";

    private static final long NANOS = Duration.ofSeconds(1).toNanos();

    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger early = new AtomicInteger();
    private volatile long shutAtNanos;

    /// Notes a request and returns whether it is refused.
    public boolean refuses() {
        if (requests.getAndIncrement() == 0) {
            shutAtNanos = System.nanoTime();
            return true;
        }
        if (System.nanoTime() - shutAtNanos < NANOS) {
            early.incrementAndGet();
        }
        return false;
    }

    /// Requests so far.
    public int requests() {
        return requests.get();
    }

    /// Requests that came while the doors were shut.
    public int early() {
        return early.get();
    }
}
