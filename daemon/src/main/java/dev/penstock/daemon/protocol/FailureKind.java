package dev.penstock.daemon.protocol;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.ObjectMissingException;
import dev.penstock.error.PenstockException;
import dev.penstock.error.ResourceExhaustedException;
import dev.penstock.error.RetryableException;
import dev.penstock.error.StoreAccessException;
import java.util.Arrays;
import java.util.Locale;

/// The failures a client can be told of.
public enum FailureKind {
    PROTOCOL,
    CONFIGURATION,
    MISSING,
    ACCESS,
    CORRUPT,
    EXHAUSTED,
    RETRYABLE,
    STOPPING,
    INTERNAL;

    static FailureKind of(Throwable failure) {
        return switch (failure) {
            case MalformedFrameException _ -> PROTOCOL;
            case ConfigurationException _ -> CONFIGURATION;
            case ObjectMissingException _ -> MISSING;
            case StoreAccessException _ -> ACCESS;
            case CorruptDataException _ -> CORRUPT;
            case ResourceExhaustedException _ -> EXHAUSTED;
            case RetryableException _ -> RETRYABLE;
            default -> INTERNAL;
        };
    }

    /// The kind of a name; one that a later daemon may have is a mistake of the daemon.
    static FailureKind parse(String name) {
        return Arrays.stream(values())
                .filter(kind -> kind.toString().equals(name))
                .findFirst()
                .orElse(INTERNAL);
    }

    /// What a client throws.
    PenstockException exception(FailureMessage message) {
        return switch (this) {
            case PROTOCOL, CONFIGURATION -> new ConfigurationException(message);
            case MISSING -> new ObjectMissingException(message, null);
            case ACCESS, INTERNAL -> new StoreAccessException(message);
            case CORRUPT -> new CorruptDataException(message);
            case EXHAUSTED -> new ResourceExhaustedException(message);
            case RETRYABLE, STOPPING -> new RetryableException(message, null);
        };
    }

    /// As it stands in JSON.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
