package dev.penstock.error;

import org.jspecify.annotations.Nullable;

/// A failure that the same request may survive when it is sent again: a reset, a time-out, a busy server.
public final class RetryableException extends PenstockException {

    private static final long serialVersionUID = 1;

    public RetryableException(FailureMessage message, @Nullable Throwable cause) {
        super(message.toString(), cause);
    }
}
