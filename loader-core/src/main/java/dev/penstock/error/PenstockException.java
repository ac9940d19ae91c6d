package dev.penstock.error;

import org.jspecify.annotations.Nullable;

/// A failure with a message that a person can act on; see [FailureMessage] for its form.
///
/// Whether trying again can help is the type: [RetryableException] or [FatalException].
public abstract sealed class PenstockException extends RuntimeException permits RetryableException, FatalException {

    private static final long serialVersionUID = 1;

    PenstockException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
