package dev.penstock.loader;

import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.PenstockException;

/// Carries a failure from the thread it happened on to the consumer.
final class Failures {

    private Failures() {}

    /// The failure itself where it is one of ours, so that its type and message reach the consumer unchanged.
    static RuntimeException unchecked(Throwable failure) {
        return switch (failure) {
            case PenstockException known -> known;
            // The virtual machine's word for a mapped page that is not there any more.
            case InternalError unmapped ->
                new CorruptDataException(
                        FailureMessage.of("reading the index")
                                .with("found", unmapped.getMessage())
                                .remedy("an index file was cut while it was in use: index the dataset again"),
                        unmapped);
            default -> new IllegalStateException("the loader failed: " + failure, failure);
        };
    }
}
