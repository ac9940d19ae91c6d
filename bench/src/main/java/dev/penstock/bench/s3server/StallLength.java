package dev.penstock.bench.s3server;

import java.io.Serializable;
import java.time.Duration;

/// How long stalls are.
public sealed interface StallLength extends Serializable {

    /// All of one length.
    record Fixed(Duration length) implements StallLength {}

    /// Many short ones and a few long ones: P(length > t) = (least / t)^shape.
    ///
    /// @param most what the tail is cut to
    record Pareto(Duration least, double shape, Duration most) implements StallLength {
        public Pareto {
            if (!(shape > 0)) {
                throw new IllegalArgumentException("the shape of a Pareto tail must be positive, not " + shape);
            }
        }
    }

    /// The length that belongs to a number drawn evenly from [0, 1).
    default long nanos(double drawn) {
        return switch (this) {
            case Fixed(Duration length) -> length.toNanos();
            case Pareto(Duration least, double shape, Duration most) ->
                Math.round(Math.min(most.toNanos(), least.toNanos() * Math.pow(1 - drawn, -1 / shape)));
        };
    }
}
