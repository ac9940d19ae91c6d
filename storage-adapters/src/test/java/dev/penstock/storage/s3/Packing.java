package dev.penstock.storage.s3;

import dev.penstock.pack.DatasetPacker;
import dev.penstock.pack.PackOptions;
import dev.penstock.store.ObjectStore;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;

/// A process that packs a directory into a server of the test.
final class Packing {

    private Packing() {}

    public static void main(String[] arguments) {
        try (ObjectStore store = TestStores.open(URI.create(arguments[0]), S3Server.SECRET_KEY, Map.of())) {
            pack(Path.of(arguments[1]), store);
        }
    }

    static void pack(Path source, ObjectStore store) {
        new DatasetPacker(store, PackOptions.defaults()).pack(source, _ -> {});
    }
}
