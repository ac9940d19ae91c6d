package dev.penstock.trainer.world;

import java.time.Duration;

/// How long a rank may still wait until all have come, counted from when it came itself.
record JoinLimit(long begunNanos, Duration length) {

    static JoinLimit fromNow(Duration length) {
        return new JoinLimit(System.nanoTime(), length);
    }

    boolean isOver() {
        return !rest().isPositive();
    }

    Duration rest() {
        return length.minus(waited());
    }

    Duration waited() {
        return Duration.ofNanos(System.nanoTime() - begunNanos);
    }
}
