package dev.penstock.error;

import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// A rank of a distributed run that died, never came, or stopped answering.
public final class RankLostException extends FatalException {

    private static final long serialVersionUID = 1;

    private final @Nullable Integer exitCode;

    public RankLostException(FailureMessage message) {
        super(message, null);
        exitCode = null;
    }

    /// @param exitCode what the rank's process ended with
    public RankLostException(FailureMessage message, int exitCode) {
        super(message, null);
        this.exitCode = exitCode;
    }

    public RankLostException(FailureMessage message, @Nullable Throwable cause) {
        super(message, cause);
        exitCode = null;
    }

    /// What the rank's process ended with; empty where only its silence is known.
    public OptionalInt exitCode() {
        return exitCode == null ? OptionalInt.empty() : OptionalInt.of(exitCode);
    }
}
