package dev.penstock.cli.profile;

import java.util.Map;

/// A stretch of time in which something was done.
///
/// @param name of the stage, or of the step
/// @param category what it is a part of
/// @param thread that did it
/// @param startNanos since 1970
/// @param arguments what is known about it, by name
record Slice(
        String name, String category, String thread, long startNanos, long endNanos, Map<String, Object> arguments) {

    /// Of a slice that belongs to no step.
    static final long NO_STEP = -1;

    long step() {
        return arguments.get("step") instanceof Number number ? number.longValue() : NO_STEP;
    }

    /// The batch that it is about, as rank and step; of a slice about none it means nothing.
    String batch() {
        return arguments.get("rank") + "/" + step();
    }

    long nanos() {
        return endNanos - startNanos;
    }

    boolean contains(Slice other) {
        return startNanos <= other.startNanos && other.endNanos <= endNanos;
    }

    boolean endsBefore(Slice later) {
        return endNanos <= later.startNanos;
    }
}
