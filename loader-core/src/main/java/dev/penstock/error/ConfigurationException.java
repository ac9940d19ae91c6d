package dev.penstock.error;

import org.jspecify.annotations.Nullable;

/// A setting, option or combination of them that cannot work; found before any data moves.
public final class ConfigurationException extends FatalException {

    private static final long serialVersionUID = 1;

    public ConfigurationException(FailureMessage message) {
        super(message, null);
    }

    public ConfigurationException(FailureMessage message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
