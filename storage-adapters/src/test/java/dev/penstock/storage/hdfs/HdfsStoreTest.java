package dev.penstock.storage.hdfs;

import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStoreLaws;
import dev.penstock.store.ObjectStores;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class HdfsStoreTest extends ObjectStoreLaws {

    @TempDir
    static Path directory;

    private static Cluster cluster;

    private final URI root;

    HdfsStoreTest() throws IOException {
        root = cluster.uri("/" + UUID.randomUUID());
        cluster.files().mkdirs(new org.apache.hadoop.fs.Path(root));
    }

    @BeforeAll
    static void startCluster() throws IOException {
        cluster = Cluster.start(directory);
    }

    @AfterAll
    static void stopCluster() {
        cluster.close();
    }

    @Override
    protected ObjectStore open() {
        return ObjectStores.open(root);
    }
}
