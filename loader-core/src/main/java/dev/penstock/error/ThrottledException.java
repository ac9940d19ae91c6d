package dev.penstock.error;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A store's request to be asked less often: 503 Slow Down, 429 Too Many Requests.
public final class ThrottledException extends RetryableException {

    private static final long serialVersionUID = 1;

    public ThrottledException(FailureMessage message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /// @param retryAfter see [#retryAfter()]
    public ThrottledException(FailureMessage message, @Nullable Throwable cause, Duration retryAfter) {
        super(message, cause, retryAfter);
    }
}
