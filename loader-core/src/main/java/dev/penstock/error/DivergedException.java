package dev.penstock.error;

/// A training run whose loss or gradient is no longer a finite number.
public final class DivergedException extends FatalException {

    private static final long serialVersionUID = 1;

    public DivergedException(FailureMessage message) {
        super(message, null);
    }
}
