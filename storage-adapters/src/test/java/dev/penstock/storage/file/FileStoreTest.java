package dev.penstock.storage.file;

import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStoreLaws;
import dev.penstock.store.ObjectStores;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/// The laws of a store, in every mode of reading.
class FileStoreTest {

    @TempDir
    private Path directory;

    @Nested
    class Plain extends ObjectStoreLaws {

        @Override
        protected ObjectStore open() {
            return ObjectStores.open(directory.toUri());
        }
    }

    @Nested
    class Buffered extends ObjectStoreLaws {

        @Override
        protected ObjectStore open() {
            return ObjectStores.open(URI.create(directory.toUri() + "?io=buffered"));
        }
    }

    @Nested
    class Direct extends ObjectStoreLaws {

        @Override
        protected ObjectStore open() {
            return ObjectStores.open(URI.create(directory.toUri() + "?io=direct"));
        }
    }
}
