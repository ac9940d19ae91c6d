package dev.penstock.bench.s3;

import dev.penstock.bench.s3server.AccessKey;
import dev.penstock.bench.s3server.S3Server;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStores;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

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

    /// Writes a key where the SDK looks when the process's settings have none.
    static Path useFile(Path credentials, AccessKey key) {
        String text = "[default]%naws_access_key_id=%s%naws_secret_access_key=%s%naws_session_token=%s%n"
                .formatted(key.id(), key.secret(), key.token().orElseThrow());
        try {
            Files.writeString(credentials, text);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        System.setProperty("aws.sharedCredentialsFile", credentials.toString());
        return credentials;
    }

    static void forgetKey() {
        System.clearProperty("aws.sharedCredentialsFile");
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
