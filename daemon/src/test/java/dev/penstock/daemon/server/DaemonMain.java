package dev.penstock.daemon.server;

import java.nio.file.Path;

/// A daemon in a process of its own, until it is killed.
final class DaemonMain {

    private DaemonMain() {}

    /// @param arguments the socket
    public static void main(String[] arguments) throws InterruptedException {
        Daemon daemon = TestDaemon.open(Path.of(arguments[0]));
        System.out.println("serving");
        daemon.awaitClose();
    }
}
