package dev.penstock.memory;

/// A call of the C library that failed; its message is the text of errno.
final class NativeCallException extends RuntimeException {

    private static final long serialVersionUID = 1;

    NativeCallException(String errnoText) {
        super(errnoText);
    }
}
