package dev.penstock.bench.s3server;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;

/// Sends requests that the AWS SDK's own signer signed, over the JDK's client, which adds nothing of its own.
final class SignedCaller implements AutoCloseable {

    private static final List<String> SET_BY_THE_CLIENT = List.of("host", "content-length");

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI endpoint;
    private final AccessKey key;
    private final Clock clock;

    SignedCaller(URI endpoint, AccessKey key, Clock clock) {
        this.endpoint = endpoint;
        this.key = key;
        this.clock = clock;
    }

    HttpResponse<byte[]> get(String pathAndQuery) throws IOException, InterruptedException {
        return send(request(SdkHttpMethod.GET, pathAndQuery, Map.of(), new byte[0]));
    }

    HttpResponse<byte[]> call(SdkHttpMethod method, String pathAndQuery, Map<String, String> headers, byte[] body)
            throws IOException, InterruptedException {
        return send(request(method, pathAndQuery, headers, body));
    }

    HttpResponse<byte[]> send(HttpRequest request) throws IOException, InterruptedException {
        return client.send(request, BodyHandlers.ofByteArray());
    }

    /// A signed request, to be sent as it is or spoilt first.
    HttpRequest request(SdkHttpMethod method, String pathAndQuery, Map<String, String> headers, byte[] body) {
        URI uri = endpoint.resolve(pathAndQuery);
        SdkHttpRequest.Builder unsigned = SdkHttpRequest.builder().uri(uri).method(method);
        headers.forEach(unsigned::putHeader);
        AwsCredentialsIdentity identity = key.token()
                .map(token ->
                        (AwsCredentialsIdentity) AwsSessionCredentialsIdentity.create(key.id(), key.secret(), token))
                .orElseGet(() -> AwsCredentialsIdentity.create(key.id(), key.secret()));
        SdkHttpRequest signed = AwsV4HttpSigner.create()
                .sign(sign -> sign.identity(identity)
                        .request(unsigned.build())
                        .payload(ContentStreamProvider.fromInputStreamSupplier(() -> new ByteArrayInputStream(body)))
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "s3")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, "eu-test-1")
                        .putProperty(AwsV4HttpSigner.DOUBLE_URL_ENCODE, false)
                        .putProperty(AwsV4HttpSigner.NORMALIZE_PATH, false)
                        .putProperty(HttpSigner.SIGNING_CLOCK, clock))
                .request();
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri).method(method.name(), BodyPublishers.ofByteArray(body));
        signed.forEachHeader((name, values) -> {
            if (SET_BY_THE_CLIENT.stream().noneMatch(name::equalsIgnoreCase)) {
                values.forEach(value -> request.header(name, value));
            }
        });
        return request.build();
    }

    @Override
    public void close() {
        client.close();
    }
}
