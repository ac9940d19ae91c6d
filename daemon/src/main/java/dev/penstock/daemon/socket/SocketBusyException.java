package dev.penstock.daemon.socket;

import java.io.IOException;

/// A call that would have had to wait: a send whose reader does not read, or a read whose time-out has passed.
public final class SocketBusyException extends IOException {

    private static final long serialVersionUID = 1;

    SocketBusyException() {
        super("the other side did not answer in time");
    }
}
