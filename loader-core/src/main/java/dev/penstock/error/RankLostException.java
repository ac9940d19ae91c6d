package dev.penstock.error;

import org.jspecify.annotations.Nullable;

/// A rank of a distributed run that died, never came, or stopped answering.
public final class RankLostException extends FatalException {

    private static final long serialVersionUID = 1;

    public RankLostException(FailureMessage message) {
        super(message, null);
    }

    public RankLostException(FailureMessage message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
