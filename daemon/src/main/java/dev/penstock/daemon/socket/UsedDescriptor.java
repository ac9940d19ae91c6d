package dev.penstock.daemon.socket;

import java.io.IOException;

/// A socket's descriptor, which is freed when it was closed and the last call that uses it has returned.
final class UsedDescriptor {

    private final int number;
    private int users;
    private boolean closed;

    UsedDescriptor(int number) {
        this.number = number;
    }

    /// The number, which stays valid until [#leave()]; fails once closed.
    synchronized int use() throws IOException {
        if (closed) {
            throw new IOException("the socket is closed");
        }
        users++;
        return number;
    }

    synchronized void leave() {
        users--;
        freeIfUnused();
    }

    /// Wakes whoever waits. Closing twice does nothing.
    synchronized void close() {
        if (!closed) {
            closed = true;
            SocketCalls.shutdown(number);
            freeIfUnused();
        }
    }

    private void freeIfUnused() {
        if (closed && users == 0) {
            SocketCalls.close(number);
        }
    }
}
