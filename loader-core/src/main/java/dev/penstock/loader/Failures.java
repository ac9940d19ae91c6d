package dev.penstock.loader;

import dev.penstock.error.PenstockException;

/// Carries a failure from the thread it happened on to the consumer.
final class Failures {

    private Failures() {}

    /// The failure itself where it is one of ours, so that its type and message reach the consumer unchanged.
    static RuntimeException unchecked(Throwable failure) {
        return failure instanceof PenstockException known
                ? known
                : new IllegalStateException("the loader failed: " + failure, failure);
    }
}
