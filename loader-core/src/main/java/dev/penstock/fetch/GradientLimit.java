package dev.penstock.fetch;

import java.util.Arrays;

/// How many requests should be in flight, found from how fast they are served.
///
/// Gradient algorithm of Netflix's concurrency-limits, which carries the idea of TCP Vegas (Brakmo, O'Malley and
/// Peterson, 1994) over to requests: with speed `s` per request, in bytes over the whole time from sending to the last
/// byte, and `s₀` the same without a queue,
///
/// ```
/// limit ← limit · clamp(TOLERANCE · s / s₀, 1/2, 1) + √limit
/// ```
///
/// By Little's law `limit · s` is the goodput, so the limit settles a little above goodput / s₀, the number of requests
/// that saturates the path; more would only wait in it, where their order no longer follows their deadlines. While
/// nothing is saturated `s` stays `s₀` and the limit grows to its maximum.
///
/// - A window is one turnover of the limit, and at least [#WINDOW_REQUESTS]; only requests sent within it count.
/// - `s` is the median, so that stalled responses do not look like a queue, over requests of like size, so that short
///   ones, which are mostly latency, do not either.
/// - `s₀` would otherwise never be seen again once the path is saturated: every [#PROBE_WINDOWS] windows the limit is
///   halved for the time of one, which measures it (as BBR does; Cardwell et al., 2016).
/// - A window in which the limit was never reached says nothing about it and changes nothing.
///
/// Not thread-safe: confined to the lock of its stage.
final class GradientLimit {

    /// Makes medians of more than a few.
    private static final int WINDOW_REQUESTS = 16;

    /// About one window in a hundred at half speed costs half a percent.
    private static final int PROBE_WINDOWS = 100;

    /// Speeds scatter by this much without a queue.
    private static final double TOLERANCE = 1.1;

    /// How much of a faster window is believed, so that one lucky window does not make all others look slow.
    private static final double FASTER_WEIGHT = 0.25;

    /// Small enough for a disk that seeks, and reaches the maximum in about a dozen turnovers.
    private static final int INITIAL = 8;

    private final int min;
    private final int max;
    private double limit;
    private double unloadedSpeed;
    private double limitBeforeProbe;
    private boolean probing;
    private int windowsSinceProbe;

    private long windowStartNanos;
    private boolean reached;
    private int count;
    private final long[] bytes;
    private final long[] nanos;

    GradientLimit(int min, int max, long nowNanos) {
        this.min = min;
        this.max = max;
        this.limit = Math.clamp(INITIAL, min, max);
        this.windowStartNanos = nowNanos;
        this.bytes = new long[Math.max(WINDOW_REQUESTS, max)];
        this.nanos = new long[bytes.length];
    }

    int limit() {
        return (int) limit;
    }

    /// Tells that as many requests are in flight as may be.
    void reached() {
        reached = true;
    }

    /// Tells of a request that was served whole.
    void served(long servedBytes, long sentNanos, long nowNanos) {
        if (sentNanos - windowStartNanos < 0 || servedBytes == 0) {
            return;
        }
        bytes[count] = servedBytes;
        nanos[count] = Math.max(1, nowNanos - sentNanos);
        count++;
        if (count >= Math.max(WINDOW_REQUESTS, limit())) {
            endWindow();
            windowStartNanos = nowNanos;
            count = 0;
            reached = false;
        }
    }

    private void endWindow() {
        double speed = medianSpeed();
        if (probing) {
            probing = false;
            windowsSinceProbe = 0;
            unloadedSpeed = speed;
            limit = limitBeforeProbe;
            return;
        }
        if (unloadedSpeed == 0) {
            unloadedSpeed = speed;
        } else if (speed > unloadedSpeed) {
            unloadedSpeed += FASTER_WEIGHT * (speed - unloadedSpeed);
        }
        if (!reached) {
            return;
        }
        double gradient = Math.clamp(TOLERANCE * speed / unloadedSpeed, 0.5, 1.0);
        limit = Math.clamp(limit * gradient + Math.sqrt(limit), min, max);
        if (++windowsSinceProbe >= PROBE_WINDOWS) {
            probing = true;
            limitBeforeProbe = limit;
            limit = Math.max(min, limit / 2);
        }
    }

    private double medianSpeed() {
        long largest = Arrays.stream(bytes, 0, count).max().orElseThrow();
        double[] speeds = new double[count];
        int alike = 0;
        for (int i = 0; i < count; i++) {
            if (bytes[i] >= largest / 2) {
                speeds[alike++] = (double) bytes[i] / nanos[i];
            }
        }
        Arrays.sort(speeds, 0, alike);
        return speeds[alike / 2];
    }
}
