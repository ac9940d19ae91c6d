package dev.penstock.daemon.server;

import dev.penstock.daemon.client.RemoteLoader;
import dev.penstock.loader.BatchIterator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/// A trainer in a process of its own that takes batches, holds them, and waits to be killed.
final class ClientMain {

    private ClientMain() {}

    /// @param arguments socket, dataset, and how many batches to hold
    public static void main(String[] arguments) throws IOException {
        RemoteLoader loader = TestDaemon.attach(
                Path.of(arguments[0]), TestDaemon.request("killed-" + arguments[2], arguments[1], Map.of("seed", "1")));
        BatchIterator batches = loader.iterator();
        for (int i = 0; i < Integer.parseInt(arguments[2]); i++) {
            batches.next();
        }
        System.out.println("holding");
        System.in.read();
    }
}
