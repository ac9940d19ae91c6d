package dev.penstock.daemon.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.batch.Batch;
import dev.penstock.daemon.client.ReconnectPolicy;
import dev.penstock.daemon.client.RemoteLoader;
import dev.penstock.daemon.protocol.AttachRequest;
import dev.penstock.daemon.protocol.Json;
import dev.penstock.daemon.server.Daemon;
import dev.penstock.daemon.server.TestDaemon;
import dev.penstock.error.ConfigurationException;
import dev.penstock.loader.BatchIterator;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Probes, metrics and control over TCP, with and without TLS and a token.
@Timeout(60)
class HttpEndpointTest {

    private static final String SECRET = "0123456789abcdef-secret";

    @TempDir
    private Path scratch;

    private HttpClient client = HttpClient.newHttpClient();
    private Daemon daemon;
    private Path socket;

    @BeforeEach
    void serve() {
        socket = scratch.resolve("socket");
        daemon = TestDaemon.open(socket);
    }

    @AfterEach
    void stop() {
        client.close();
        daemon.close();
    }

    static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private HttpEndpoint open(Optional<TlsFiles> tls, Optional<BearerToken> token) {
        return HttpEndpoint.open(new HttpConfig(anyPort(), tls, token), daemon, () -> "penstock_answer 42\n");
    }

    private BearerToken token() throws IOException {
        Path file = Files.writeString(scratch.resolve("token"), SECRET);
        return BearerToken.read(Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------")));
    }

    private HttpResponse<String> ask(
            HttpEndpoint endpoint, String scheme, String method, String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(scheme + "://127.0.0.1:" + endpoint.address().getPort() + path))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> answer) throws Exception {
        return Json.parse(answer.body().getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void probesPassWhileItServesAndOnlyReadinessFailsWhenItStops() throws Exception {
        try (HttpEndpoint endpoint = open(Optional.empty(), Optional.of(token()))) {
            assertThat(ask(endpoint, "http", "GET", "/health").statusCode()).isEqualTo(200);
            assertThat(ask(endpoint, "http", "GET", "/ready?from=test").statusCode())
                    .isEqualTo(200);

            daemon.close();

            HttpResponse<String> ready = ask(endpoint, "http", "GET", "/ready");
            assertThat(ready.statusCode()).isEqualTo(503);
            assertThat(json(ready).path("status").asString()).isEqualTo("stopping");
            assertThat(json(ready).path("reason").asString()).isEqualTo("it was told to stop");
            assertThat(ask(endpoint, "http", "GET", "/health").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void metricsAreThePageThatIsSupplied() throws Exception {
        try (HttpEndpoint endpoint = open(Optional.empty(), Optional.empty())) {
            HttpResponse<String> page = ask(endpoint, "http", "GET", "/metrics");

            assertThat(page.body()).isEqualTo("penstock_answer 42\n");
            assertThat(page.headers().firstValue("content-type")).hasValue("text/plain; version=0.0.4; charset=utf-8");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/metrics", "/v1/stats", "/v1/jobs"})
    void whereThereIsATokenWhoeverLooksShowsIt(String path) throws Exception {
        try (HttpEndpoint endpoint = open(Optional.empty(), Optional.of(token()))) {
            HttpResponse<String> refused = ask(endpoint, "http", "GET", path);
            assertThat(refused.statusCode()).isEqualTo(401);
            assertThat(refused.headers().firstValue("www-authenticate")).hasValue("Bearer");
            assertThat(ask(endpoint, "http", "GET", path, "Authorization", "Bearer " + SECRET + "x")
                            .statusCode())
                    .isEqualTo(401);
            assertThat(ask(endpoint, "http", "GET", path + "?token=" + SECRET).statusCode())
                    .isEqualTo(401);
            assertThat(ask(endpoint, "http", "GET", path, "Authorization", "Bearer " + SECRET)
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /, 404",
        "GET, /v1/jobs/a/b/detach, 404",
        "POST, /health, 405",
        "POST, /metrics, 405",
        "DELETE, /v1/jobs, 405",
        "GET, /v1/jobs/a/detach, 405",
        "POST, /v1/jobs/a/detach, 403"
    })
    void withoutATokenNothingCanBeChanged(String method, String path, int status) throws Exception {
        try (HttpEndpoint endpoint = open(Optional.empty(), Optional.empty())) {
            assertThat(ask(endpoint, "http", method, path).statusCode()).isEqualTo(status);
        }
    }

    @Test
    void statsAreThoseOfTheSocket() throws Exception {
        String uri = TestDaemon.dataset(scratch);
        try (HttpEndpoint endpoint = open(Optional.empty(), Optional.empty());
                RemoteLoader loader = attach(uri, "trial/7");
                BatchIterator batches = loader.iterator()) {
            batches.next().close();

            JsonNode stats = json(ask(endpoint, "http", "GET", "/v1/stats"));
            assertThat(stats.path("slots").path("reservedBytes").asLong()).isEqualTo(TestDaemon.STREAM_BYTES);
            assertThat(stats.path("streams")).hasSize(1);
            assertThat(json(ask(endpoint, "http", "GET", "/v1/jobs"))
                            .path("jobs")
                            .path(0)
                            .path("job")
                            .asString())
                    .isEqualTo("trial/7");
            assertThat(stats.toString()).doesNotContain(uri);
        }
    }

    private RemoteLoader attach(String uri, String job) {
        return RemoteLoader.attach(
                socket,
                AttachRequest.of(job, uri, Map.of("seed", "5", "batch", "7", "epochs", "4")),
                ReconnectPolicy.defaults());
    }

    @Test
    void anAdministratorEndsAJobWhichKeepsWhatItHoldsAndIsToldWhy() throws Exception {
        String uri = TestDaemon.dataset(scratch);
        try (HttpEndpoint endpoint = open(Optional.empty(), Optional.of(token()));
                RemoteLoader other = attach(uri, "other");
                BatchIterator others = other.iterator()) {
            try (RemoteLoader loader = attach(uri, "trial/7");
                    BatchIterator batches = loader.iterator()) {
                Batch held = batches.next();
                byte before = held.values(0).get(ValueLayout.JAVA_BYTE, 0);
                String path = "/v1/jobs/trial%2F7/detach";
                assertThat(ask(endpoint, "http", "POST", path).statusCode()).isEqualTo(401);

                HttpResponse<String> done = ask(endpoint, "http", "POST", path, "Authorization", "Bearer " + SECRET);

                assertThat(done.statusCode()).isEqualTo(200);
                assertThat(json(done).path("clients").asInt()).isEqualTo(1);
                assertThatThrownBy(() -> batches.forEachRemaining(Batch::close))
                        .isInstanceOf(ConfigurationException.class)
                        .hasMessageContaining("detached by an administrator");
                assertThat(held.values(0).get(ValueLayout.JAVA_BYTE, 0)).isEqualTo(before);
                held.close();
            }
            others.next().close();
            while (daemon.snapshot().jobs().size() > 1) {
                Thread.onSpinWait();
            }
            assertThat(ask(endpoint, "http", "POST", "/v1/jobs/nobody/detach", "Authorization", "Bearer " + SECRET)
                            .statusCode())
                    .isEqualTo(404);
        }
    }

    @Test
    void withTlsNothingIsAnsweredInTheClear() throws Exception {
        TestTls tls = TestTls.in(scratch);
        try (HttpEndpoint endpoint = open(Optional.of(tls.files()), Optional.of(token()))) {
            assertThatThrownBy(() -> ask(endpoint, "http", "GET", "/health")).isInstanceOf(IOException.class);
            client.close();
            client = HttpClient.newBuilder().sslContext(tls.client()).build();
            HttpResponse<String> secured =
                    ask(endpoint, "https", "GET", "/v1/jobs", "Authorization", "Bearer " + SECRET);
            assertThat(secured.statusCode()).isEqualTo(200);
            assertThat(secured.sslSession().orElseThrow().getProtocol()).isEqualTo("TLSv1.3");
        }
    }

    @Test
    void aPortThatIsTakenIsNamed() {
        try (HttpEndpoint endpoint = open(Optional.empty(), Optional.empty())) {
            HttpConfig same = new HttpConfig(endpoint.address(), Optional.empty(), Optional.empty());

            assertThatThrownBy(() -> HttpEndpoint.open(same, daemon, () -> ""))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("listening for HTTP failed: http=")
                    .hasMessageContaining("a port that is free");
        }
    }
}
