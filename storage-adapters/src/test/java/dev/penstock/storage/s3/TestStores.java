package dev.penstock.storage.s3;

import dev.penstock.store.ObjectStore;
import java.net.URI;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/// Stores over a server of the test, with the credentials it knows.
final class TestStores {

    private TestStores() {}

    static ObjectStore open(S3Server server) {
        return open(server.endpoint(), S3Server.SECRET_KEY, Map.of());
    }

    static ObjectStore open(URI endpoint, String secretKey, Map<String, String> environment) {
        return open("s3://bucket/some/prefix?region=eu-test-1&endpoint=" + endpoint, secretKey, environment);
    }

    static ObjectStore open(String uri, String secretKey, Map<String, String> environment) {
        S3Location location = S3Location.of(URI.create(uri), environment);
        AwsBasicCredentials known = AwsBasicCredentials.create(S3Server.ACCESS_KEY, secretKey);
        return S3Store.open(
                location, new S3Credentials(location.root(), StaticCredentialsProvider.create(known)), environment);
    }
}
