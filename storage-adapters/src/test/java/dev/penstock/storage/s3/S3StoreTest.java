package dev.penstock.storage.s3;

import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStoreLaws;
import org.junit.jupiter.api.AfterEach;

class S3StoreTest extends ObjectStoreLaws {

    private final S3Server server = S3Server.start();

    @AfterEach
    void stopServer() {
        server.close();
    }

    @Override
    protected ObjectStore open() {
        return TestStores.open(server);
    }
}
