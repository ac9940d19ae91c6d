package dev.penstock.error;

import org.jspecify.annotations.Nullable;

/// Stored bytes that are not what the index says: changed, cut short, flipped, or not the stated format.
public final class CorruptDataException extends FatalException {

    private static final long serialVersionUID = 1;

    public CorruptDataException(FailureMessage message) {
        super(message, null);
    }

    public CorruptDataException(FailureMessage message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
