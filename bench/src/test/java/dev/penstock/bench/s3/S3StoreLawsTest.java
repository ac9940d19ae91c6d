package dev.penstock.bench.s3;

import dev.penstock.bench.s3server.S3Server;
import dev.penstock.bench.s3server.ServerConfig;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStoreLaws;
import org.junit.jupiter.api.AfterEach;

/// The `s3:` store over the server that verifies signatures, with pages so small that every listing has several.
class S3StoreLawsTest extends ObjectStoreLaws {

    private final S3Server server =
            S3Server.start(ServerConfig.of("bucket", S3OverServer.KEY).withPageKeys(2));

    @Override
    protected ObjectStore open() {
        S3OverServer.use(S3OverServer.KEY);
        return S3OverServer.open(server, "bucket");
    }

    @AfterEach
    void stop() {
        server.close();
        S3OverServer.forgetKey();
    }
}
