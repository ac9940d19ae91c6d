package dev.penstock.bench.s3server;

/// What goes wrong at one place of one body.
sealed interface BodyFault {

    /// The place, as a share of the body's length, from 0 to below 1.
    double place();

    /// Nothing is sent for a while.
    record Pause(double place, long nanos) implements BodyFault {}

    /// The connection is reset.
    record Reset(double place) implements BodyFault {}

    /// The connection is closed as if all had been sent.
    record Truncation(double place) implements BodyFault {}

    /// One byte is sent with a bit changed.
    record Flip(double place) implements BodyFault {}
}
