package dev.penstock.error;

import org.jspecify.annotations.Nullable;

/// An object or directory that cannot be reached: missing, forbidden, or a failing device.
public sealed class StoreAccessException extends FatalException permits ObjectMissingException {

    private static final long serialVersionUID = 1;

    public StoreAccessException(FailureMessage message) {
        super(message, null);
    }

    public StoreAccessException(FailureMessage message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
