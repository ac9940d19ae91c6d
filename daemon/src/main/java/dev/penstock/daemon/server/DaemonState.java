package dev.penstock.daemon.server;

import java.util.Locale;

/// What can be expected of a daemon.
public enum DaemonState {
    SERVING("it listens, and its cache is open"),
    STOPPING("it was told to stop"),
    DEAF("the thread that takes connections has ended; its log says why, and a restart helps");

    private final String reason;

    DaemonState(String reason) {
        this.reason = reason;
    }

    /// Why it is in this state, for a person.
    public String reason() {
        return reason;
    }

    /// As it stands in JSON.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
