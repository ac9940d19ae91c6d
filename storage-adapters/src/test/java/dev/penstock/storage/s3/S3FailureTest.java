package dev.penstock.storage.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.net.httpserver.HttpExchange;
import dev.penstock.error.CorruptDataException;
import dev.penstock.error.PenstockException;
import dev.penstock.error.RetryableException;
import dev.penstock.error.StoreAccessException;
import dev.penstock.error.ThrottledException;
import dev.penstock.fetch.FetchMeter;
import dev.penstock.index.DatasetIndex;
import dev.penstock.laws.LawDatasets;
import dev.penstock.storage.http.Closure;
import dev.penstock.storage.http.OriginReads;
import dev.penstock.storage.http.RawServer;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ReadTarget;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.foreign.MemorySegment;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;

/// What goes wrong between a store and its server, and that no failure tells a secret.
class S3FailureTest {

    private static final byte[] BYTES = bytes(100_000);

    private final S3Server server = S3Server.start();
    private final ObjectStore store = TestStores.open(server);

    @TempDir
    Path directory;

    @AfterEach
    void close() {
        store.close();
        server.close();
    }

    @Test
    void aWrongSecretIsAnAccessFailureThatShowsNone() {
        String wrong = "another-secret-that-nobody-may-see";
        try (ObjectStore other = TestStores.open(server.endpoint(), wrong, Map.of())) {
            Throwable failure = catchThrowable(() -> other.list("").blockLast());
            assertThat(failure)
                    .isInstanceOf(StoreAccessException.class)
                    .hasMessageContaining("status=403, code=SignatureDoesNotMatch")
                    .hasMessageContaining("check the credentials");
            assertThat(text(failure)).doesNotContain(wrong);
        }
    }

    @Test
    void aMissingBucketIsAnAccessFailure() {
        String uri = "s3://nothing?region=eu-test-1&endpoint=" + server.endpoint();
        try (ObjectStore other = TestStores.open(uri, S3Server.SECRET_KEY, Map.of())) {
            assertFailure(
                    () -> other.list("").blockLast(), StoreAccessException.class, "NoSuchBucket", "bucket's name");
        }
    }

    @Test
    void absentCredentialsShowWhenTheStoreIsOpened() {
        S3Location location = S3Location.of(URI.create("s3://bucket"), Map.of());
        S3Credentials none = new S3Credentials(location.root(), ProfileCredentialsProvider.create("no-such-profile"));
        assertFailure(
                () -> S3Store.open(location, none, Map.of()),
                StoreAccessException.class,
                "finding AWS credentials failed: uri=s3://bucket/",
                "AWS_ACCESS_KEY_ID");
    }

    @Test
    void newCredentialsAreUsedFromTheNextRequestOn() {
        AtomicReference<AwsCredentials> current =
                new AtomicReference<>(AwsBasicCredentials.create(S3Server.ACCESS_KEY, "expired"));
        S3Location location =
                S3Location.of(URI.create("s3://bucket?region=eu-test-1&endpoint=" + server.endpoint()), Map.of());
        server.put("a", BYTES);
        try (ObjectStore renewed = S3Store.open(location, new S3Credentials(location.root(), current::get), Map.of())) {
            assertFailure(() -> renewed.stat("a").block(), StoreAccessException.class, "status=403");
            current.set(AwsBasicCredentials.create(S3Server.ACCESS_KEY, S3Server.SECRET_KEY));
            assertThat(renewed.stat("a").block().sizeBytes()).isEqualTo(BYTES.length);
        }
    }

    @Test
    void aDifferingClockIsCorrectedWithOneMoreRequest() throws IOException {
        ObjectMetadata object = object();
        ZonedDateTime ahead = ZonedDateTime.now(ZoneOffset.UTC).plusHours(1);
        String skewed = "<Error><Code>RequestTimeTooSkewed</Code></Error>";
        try (RawServer clock = RawServer.answering(
                        "HTTP/1.1 403 Forbidden\r\nDate: " + DateTimeFormatter.RFC_1123_DATE_TIME.format(ahead)
                                + "\r\nContent-Length: " + skewed.length() + "\r\n\r\n" + skewed,
                        whole(object));
                ObjectStore other = TestStores.open(endpoint(clock), S3Server.SECRET_KEY, Map.of())) {
            assertThat(read(other, object)).isEqualTo(BYTES);
            assertThat(clock.heads()).hasSize(2);
            assertThat(clock.heads().getLast())
                    .containsIgnoringCase("X-Amz-Date: "
                            + DateTimeFormatter.ofPattern("yyyyMMdd'T'HH").format(ahead));
        }
    }

    @Test
    void aClockThatStaysWrongIsAnAccessFailure() {
        ObjectMetadata object = object();
        server.fail(exchange -> S3Server.error(exchange, 403, "RequestTimeTooSkewed"));
        assertFailure(() -> read(object), StoreAccessException.class, "RequestTimeTooSkewed", "set this host's clock");
    }

    @Test
    void slowDownIsThrottlingAndAReadIsNotRepeated() {
        ObjectMetadata object = object();
        server.requests().clear();
        server.fail(exchange -> S3Server.error(exchange, 503, "SlowDown"));
        assertFailure(() -> read(object), ThrottledException.class, "status=503, code=SlowDown, requestId=R1");
        server.fail(exchange -> S3Server.error(exchange, 429, "TooManyRequests"));
        assertFailure(() -> read(object), ThrottledException.class, "status=429");
        assertThat(server.requests()).hasSize(2);
    }

    @Test
    void theWaitThatTheServerAskedForIsPassedOn() {
        ObjectMetadata object = object();
        for (int status : new int[] {503, 429, 500}) {
            server.fail(exchange -> {
                exchange.getResponseHeaders().set("Retry-After", "7");
                return S3Server.error(exchange, status, "InternalError");
            });
            assertThat(catchThrowable(() -> read(object)))
                    .isInstanceOfSatisfying(
                            RetryableException.class,
                            failure -> assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(7)))
                    .hasMessageContaining("retryAfter=7 s");
        }
    }

    @Test
    void noRequestComesBeforeTheTimeThatTheServerAskedFor() {
        LawDatasets.pack(directory, store);
        Closure closure = new Closure();
        FetchMeter meter = new FetchMeter();
        try (DatasetIndex index = DatasetIndex.open(store)) {
            List<ObjectMetadata> shards = index.currentObjects(store);
            server.fail(exchange -> {
                if (!closure.refuses()) {
                    return false;
                }
                exchange.getResponseHeaders().set("Retry-After", Closure.SECONDS);
                return S3Server.error(exchange, 503, "SlowDown");
            });
            OriginReads.aroundARefusal(index, shards, store, meter);
        }
        assertThat(closure.requests()).isGreaterThan(2);
        assertThat(closure.early()).isZero();
    }

    @Test
    void serverErrorsAreRetryableAndAListingRetriesThem() {
        ObjectMetadata object = object();
        server.requests().clear();
        for (int status : new int[] {500, 502, 504}) {
            server.fail(exchange -> S3Server.error(exchange, status, "InternalError"));
            assertFailure(() -> read(object), RetryableException.class, "status=" + status);
        }
        assertThat(server.requests()).hasSize(3);
        AtomicInteger failures = new AtomicInteger(1);
        server.fail(exchange -> failures.getAndDecrement() > 0 && S3Server.error(exchange, 500, "InternalError"));
        assertThat(store.list("").blockLast()).isEqualTo(object);
    }

    @Test
    void aListingThatLeadsNowhereOrElsewhereIsRefused() {
        String page = "<ListBucketResult><IsTruncated>%s</IsTruncated><KeyCount>%d</KeyCount>%s</ListBucketResult>";
        String again = "<ContinuationToken>t</ContinuationToken><NextContinuationToken>t</NextContinuationToken>";
        String folder = "<Contents><Key>some/prefix/folder/</Key><Size>0</Size></Contents>";
        String elsewhere = "<Contents><Key>x</Key><Size>1</Size><ETag>&quot;e&quot;</ETag></Contents>";
        for (String body : List.of(
                page.formatted(true, 0, again),
                page.formatted(true, 1, folder + again),
                page.formatted(true, 1, folder))) {
            server.fail(exchange -> answer(exchange, 200, "", body.getBytes(UTF_8), 0));
            assertFailure(() -> store.list("").blockLast(), StoreAccessException.class, "a page that does not lead on");
        }
        server.fail(exchange ->
                answer(exchange, 200, "", page.formatted(false, 1, elsewhere).getBytes(UTF_8), 0));
        assertFailure(() -> store.list("").blockLast(), StoreAccessException.class, "found=x", "not asked for");
    }

    @Test
    void anObjectThatWasReplacedIsCorrupt() {
        ObjectMetadata object = object();
        server.put("some/prefix/a.bin", new byte[BYTES.length]);
        assertFailure(
                () -> read(object),
                CorruptDataException.class,
                "key=a.bin",
                "status=412",
                "changed since it was indexed");
    }

    @Test
    void anObjectThatWasDeletedIsAnAccessFailure() {
        ObjectMetadata object = object();
        server.objects().clear();
        assertFailure(() -> read(object), StoreAccessException.class, "key=a.bin", "code=NoSuchKey");
    }

    @Test
    void aReadThatBrokeOffGoesOnWhereItStopped() {
        ObjectMetadata object = object();
        AtomicReference<String> range = new AtomicReference<>();
        byte[] destination = new byte[BYTES.length];
        ReadTarget target = new ReadTarget(MemorySegment.ofArray(destination));
        server.fail(exchange -> answer(exchange, 206, "bytes 0-99999/100000", bytes(60_000), BYTES.length));
        assertFailure(() -> store.read(object, 0, target).block(), RetryableException.class, "key=a.bin");
        assertThat(target.filledBytes()).isEqualTo(60_000);
        server.fail(exchange -> {
            range.set(exchange.getRequestHeaders().getFirst("Range"));
            return false;
        });
        store.read(object, 0, target).block();
        assertThat(range.get()).isEqualTo("bytes=60000-99999");
        assertThat(destination).isEqualTo(BYTES);
        assertThat(target.receivedBytes()).isEqualTo(BYTES.length);
    }

    @Test
    void aConnectionThatIsResetInTheMiddleIsRetryable() throws IOException {
        ObjectMetadata object = object();
        try (RawServer resetting = RawServer.answering(whole(object).substring(0, 50_000));
                ObjectStore other = TestStores.open(endpoint(resetting), S3Server.SECRET_KEY, Map.of())) {
            assertFailure(() -> read(other, object), RetryableException.class, "key=a.bin");
            assertThat(resetting.heads()).hasSize(1);
        }
    }

    @Test
    void aClosedPortIsRetryable() throws IOException {
        int port;
        try (ServerSocket unused = new ServerSocket(0)) {
            port = unused.getLocalPort();
        }
        URI endpoint = URI.create("http://localhost:" + port);
        try (ObjectStore other = TestStores.open(endpoint, S3Server.SECRET_KEY, Map.of())) {
            assertFailure(() -> read(other, object()), RetryableException.class, "found=connection refused");
        }
    }

    @Test
    void aHostWithoutAnAddressIsRetryableForNameServersHaveOutages() {
        URI endpoint = URI.create("http://nowhere.invalid");
        try (ObjectStore other = TestStores.open(endpoint, S3Server.SECRET_KEY, Map.of())) {
            assertFailure(() -> read(other, object()), RetryableException.class, "found=no address for the host");
        }
    }

    @Test
    void aCertificateIsTrustedOnlyByItsAuthorityAndForItsHost() throws IOException, GeneralSecurityException {
        SelfSigned certificate = SelfSigned.forHost("localhost", directory);
        Map<String, String> trusting = Map.of("AWS_CA_BUNDLE", certificate.pem().toString());
        try (S3Server secure = S3Server.startWithTls(certificate.server())) {
            secure.put("some/prefix/a.bin", BYTES);
            URI otherName = URI.create("https://127.0.0.1:" + secure.endpoint().getPort());
            try (ObjectStore sound = TestStores.open(secure.endpoint(), S3Server.SECRET_KEY, trusting);
                    ObjectStore doubtful = TestStores.open(secure.endpoint(), S3Server.SECRET_KEY, Map.of());
                    ObjectStore deceived = TestStores.open(otherName, S3Server.SECRET_KEY, trusting)) {
                ObjectMetadata object = sound.stat("a.bin").block();
                assertThat(read(sound, object)).isEqualTo(BYTES);
                assertFailure(
                        () -> read(doubtful, object),
                        StoreAccessException.class,
                        "found=a certificate of an authority that is not trusted",
                        "AWS_CA_BUNDLE");
                assertFailure(
                        () -> read(deceived, object),
                        StoreAccessException.class,
                        "found=a certificate for another host",
                        "name the host as the certificate does");
            }
        }
    }

    @Test
    void anEndpointWithoutTlsIsAnAccessFailure() throws IOException {
        try (RawServer plain = RawServer.answering("HTTP/1.1 400 Bad Request\r\n\r\n")) {
            URI endpoint = URI.create("https://localhost:" + plain.port());
            try (ObjectStore other = TestStores.open(endpoint, S3Server.SECRET_KEY, Map.of())) {
                assertFailure(() -> read(other, object()), StoreAccessException.class, "found=a server without TLS");
            }
        }
    }

    @Test
    void anEndpointThatDoesNotSpeakHttpIsToldApart() throws IOException {
        for (String greeting : List.of("SSH-2.0-OpenSSH_9.2\r\n", "-ERR unknown command 'HEAD'\r\n", "\0\1\2\n")) {
            try (RawServer other = RawServer.answering(greeting);
                    ObjectStore misled = TestStores.open(endpoint(other), S3Server.SECRET_KEY, Map.of())) {
                String[] words = {"found=an answer that is not HTTP", "name the port of the HTTP server"};
                assertFailure(() -> read(misled, object()), StoreAccessException.class, words);
                assertFailure(() -> misled.stat("a.bin").block(), StoreAccessException.class, words);
            }
        }
    }

    @Test
    void aRefusedHeadNamesWhatItCannotTellApartAndNothingElse() {
        for (int status : new int[] {400, 403}) {
            server.fail(exchange -> {
                exchange.sendResponseHeaders(status, -1);
                return true;
            });
            assertThat(catchThrowable(() -> store.stat("a.bin").block()))
                    .isInstanceOf(StoreAccessException.class)
                    .hasMessage("object access failed: uri=" + store.root() + ", key=a.bin, status=" + status
                            + "; check the credentials and that they may do this here; a session token that has"
                            + " expired is answered like this, too: renew it");
        }
    }

    private static URI endpoint(RawServer server) {
        return URI.create("http://localhost:" + server.port());
    }

    private static String whole(ObjectMetadata object) {
        return "HTTP/1.1 206 Partial Content\r\nContent-Length: 100000\r\nETag: " + object.version()
                + "\r\nContent-Range: bytes 0-99999/100000\r\n\r\n" + new String(BYTES, ISO_8859_1);
    }

    private ObjectMetadata object() {
        server.put("some/prefix/a.bin", BYTES);
        return store.stat("a.bin").block();
    }

    private byte[] read(ObjectMetadata object) {
        return read(store, object);
    }

    private static byte[] read(ObjectStore store, ObjectMetadata object) {
        byte[] destination = new byte[BYTES.length];
        store.read(object, 0, MemorySegment.ofArray(destination)).block();
        return destination;
    }

    /// @param lengthBytes the length that is promised; 0 to promise none
    private static boolean answer(HttpExchange exchange, int status, String range, byte[] body, int lengthBytes)
            throws IOException {
        exchange.getResponseHeaders().set("Content-Range", range);
        exchange.sendResponseHeaders(status, lengthBytes);
        exchange.getResponseBody().write(body);
        exchange.getResponseBody().flush();
        return true;
    }

    private static void assertFailure(
            ThrowingCallable work, Class<? extends PenstockException> type, String... fragments) {
        Throwable failure = catchThrowable(work);
        assertThat(failure).isInstanceOf(type).hasMessageContainingAll(fragments);
        assertThat(text(failure))
                .doesNotContain(S3Server.SECRET_KEY)
                .doesNotContain(S3Server.ACCESS_KEY)
                .doesNotContainIgnoringCase("X-Amz-Signature")
                .doesNotContainIgnoringCase("Signature=");
    }

    private static String text(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31);
        }
        return bytes;
    }
}
