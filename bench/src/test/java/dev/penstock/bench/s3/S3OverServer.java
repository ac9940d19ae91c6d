package dev.penstock.bench.s3;

import dev.penstock.bench.s3server.AccessKey;
import dev.penstock.bench.s3server.S3Server;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStores;
import java.net.URI;

/// Opens `s3:` stores over a server as a user does: by URI, with credentials from the process's settings.
final class S3OverServer {

    static final AccessKey KEY = new AccessKey("AKIDTEST", "never-to-be-logged");

    private S3OverServer() {}

    /// From the next request on, requests of this process are signed with another key.
    static void use(AccessKey key) {
        System.setProperty("aws.accessKeyId", key.id());
        System.setProperty("aws.secretAccessKey", key.secret());
        key.token()
                .ifPresentOrElse(
                        token -> System.setProperty("aws.sessionToken", token),
                        () -> System.clearProperty("aws.sessionToken"));
    }

    static void forgetKey() {
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
        System.clearProperty("aws.sessionToken");
    }

    static ObjectStore open(S3Server server, String bucket) {
        return open(server.endpoint(), bucket);
    }

    static ObjectStore open(URI endpoint, String bucket) {
        return ObjectStores.open(URI.create("s3://" + bucket + "/some/prefix?region=eu-test-1&endpoint=" + endpoint));
    }
}
