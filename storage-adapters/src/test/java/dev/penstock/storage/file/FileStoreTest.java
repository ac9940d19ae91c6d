package dev.penstock.storage.file;

import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStoreLaws;
import dev.penstock.store.ObjectStores;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class FileStoreTest extends ObjectStoreLaws {

    @TempDir
    Path directory;

    @Override
    protected ObjectStore open() {
        return ObjectStores.open(directory.toUri());
    }
}
