package dev.penstock.error;

import org.jspecify.annotations.Nullable;

/// A device that failed, refused a call or was lost; what it was computing is void.
public final class DeviceException extends FatalException {

    private static final long serialVersionUID = 1;

    public DeviceException(FailureMessage message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
