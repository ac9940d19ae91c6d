package dev.penstock.error;

/// An answer to another question than the one asked: another range, or more bytes than the range has.
///
/// Behind one address there may be servers that answer right, so asking again may help; it seldom helps twice.
public final class WrongAnswerException extends RetryableException {

    private static final long serialVersionUID = 1;

    public WrongAnswerException(FailureMessage message) {
        super(message, null);
    }
}
