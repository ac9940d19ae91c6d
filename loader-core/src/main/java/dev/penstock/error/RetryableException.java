package dev.penstock.error;

import org.jspecify.annotations.Nullable;

/// A failure that the same request may survive when it is sent again: a reset, a time-out, a busy server.
public sealed class RetryableException extends PenstockException permits ThrottledException {

    private static final long serialVersionUID = 1;

    public RetryableException(FailureMessage message, @Nullable Throwable cause) {
        super(message.toString(), cause);
    }
}
