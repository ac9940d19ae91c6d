package dev.penstock.storage.s3;

import dev.penstock.storage.http.LyingServerLaws;
import dev.penstock.store.ObjectStore;
import java.net.URI;
import java.util.Map;

class S3LyingServerTest extends LyingServerLaws {

    @Override
    protected ObjectStore open(URI server) {
        return TestStores.open(server, S3Server.SECRET_KEY, Map.of());
    }
}
