package dev.penstock.storage.web;

import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectReadLaws;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStores;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;

class WebStoreTest extends ObjectReadLaws {

    private final WebServer server;

    WebStoreTest() throws IOException {
        server = WebServer.start();
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    @Override
    protected ObjectStore open() {
        return ObjectStores.open(server.root());
    }

    @Override
    protected ObjectMetadata put(ObjectStore store, String key, byte[] bytes) {
        server.put(key, bytes);
        return store.stat(key).block();
    }
}
