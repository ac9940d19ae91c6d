package dev.penstock.error;

import org.jspecify.annotations.Nullable;

/// A failure that trying again cannot mend.
public abstract sealed class FatalException extends PenstockException
        permits ConfigurationException,
                CorruptDataException,
                StoreAccessException,
                ResourceExhaustedException,
                DeviceException,
                DivergedException,
                RankLostException {

    private static final long serialVersionUID = 1;

    FatalException(FailureMessage message, @Nullable Throwable cause) {
        super(message.toString(), cause);
    }
}
