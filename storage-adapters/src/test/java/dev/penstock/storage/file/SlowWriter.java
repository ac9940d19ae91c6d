package dev.penstock.storage.file;

import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStores;
import dev.penstock.store.ObjectWriter;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;

/// A process that writes half an object, says so, and waits for its end.
final class SlowWriter {

    private SlowWriter() {}

    public static void main(String[] arguments) throws IOException {
        try (ObjectStore store = ObjectStores.open(URI.create(arguments[0]));
                ObjectWriter writer = store.write(arguments[1])) {
            writer.write(ByteBuffer.allocate(1 << 20));
            System.out.println("half");
            System.in.read();
            writer.commit();
        }
    }
}
