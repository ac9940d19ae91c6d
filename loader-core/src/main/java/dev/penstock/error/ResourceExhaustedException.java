package dev.penstock.error;

import org.jspecify.annotations.Nullable;

/// A hard limit that was hit: memory, disk space, address space, file descriptors.
public final class ResourceExhaustedException extends FatalException {

    private static final long serialVersionUID = 1;

    public ResourceExhaustedException(FailureMessage message) {
        super(message, null);
    }

    public ResourceExhaustedException(FailureMessage message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
