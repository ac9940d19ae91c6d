package dev.penstock.daemon.protocol;

import java.io.IOException;

/// Bytes that are no frame of the protocol, or a frame out of turn; the connection they came on cannot go on.
public final class MalformedFrameException extends IOException {

    private static final long serialVersionUID = 1;

    public MalformedFrameException(String found) {
        super(found);
    }

    public MalformedFrameException(String found, Throwable cause) {
        super(found, cause);
    }
}
