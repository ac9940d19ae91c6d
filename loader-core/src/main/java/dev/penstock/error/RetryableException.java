package dev.penstock.error;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A failure that the same request may survive when it is sent again: a reset, a time-out, a busy server.
public sealed class RetryableException extends PenstockException permits ThrottledException, WrongAnswerException {

    private static final long serialVersionUID = 1;

    private final Duration retryAfter;

    public RetryableException(FailureMessage message, @Nullable Throwable cause) {
        this(message, cause, Duration.ZERO);
    }

    /// @param retryAfter see [#retryAfter()]
    public RetryableException(FailureMessage message, @Nullable Throwable cause, Duration retryAfter) {
        super(message.toString(), cause);
        this.retryAfter = retryAfter;
    }

    /// How long the server asked not to be asked again; zero where it did not say.
    public Duration retryAfter() {
        return retryAfter;
    }
}
