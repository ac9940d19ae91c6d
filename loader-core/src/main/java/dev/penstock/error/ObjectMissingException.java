package dev.penstock.error;

import org.jspecify.annotations.Nullable;

/// An object or directory that is not there, where the store was asked and said so.
public final class ObjectMissingException extends StoreAccessException {

    private static final long serialVersionUID = 1;

    public ObjectMissingException(FailureMessage message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
