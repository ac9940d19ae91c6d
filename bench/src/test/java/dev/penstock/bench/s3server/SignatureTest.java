package dev.penstock.bench.s3server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.bench.s3server.ServerConfig.Access;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.http.SdkHttpMethod;

/// What the server makes of signatures that the AWS SDK's signer makes.
class SignatureTest {

    private static final AccessKey KEY = new AccessKey("AKIDTEST", "secret/with+signs");
    private static final AccessKey SESSION = new AccessKey("ASIATEST", "secret", "token==");
    private static final byte[] CONTENT = "content".getBytes(UTF_8);

    private final S3Server server = S3Server.start(ServerConfig.of("bucket", KEY));

    @AfterEach
    void close() {
        server.close();
    }

    private static HttpResponse<byte[]> get(S3Server server, AccessKey key, Clock clock) throws Exception {
        server.put("bucket", "key", HeldContent.of(CONTENT));
        try (SignedCaller caller = new SignedCaller(server.endpoint(), key, clock)) {
            return caller.get("/bucket/key");
        }
    }

    private static void assertRefused(HttpResponse<byte[]> response, int status, String code) {
        assertThat(new String(response.body(), UTF_8)).contains("<Code>" + code + "</Code>", "<RequestId>");
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("x-amz-request-id")).isPresent();
    }

    @Test
    void aRightSignatureIsAccepted() throws Exception {
        HttpResponse<byte[]> response = get(server, KEY, Clock.systemUTC());
        assertThat(response.statusCode()).as(new String(response.body(), UTF_8)).isEqualTo(200);
        assertThat(response.body()).isEqualTo(CONTENT);
    }

    @Test
    void pathsParametersAndHeadersThatNeedEncodingAreVerifiedAsTheyAre() throws Exception {
        String key = "a b+c/日本%/~x=y&z;ü";
        server.put("bucket", key, HeldContent.of(CONTENT));
        try (SignedCaller caller = new SignedCaller(server.endpoint(), KEY, Clock.systemUTC())) {
            String path = "/bucket/" + RequestTarget.encoded(key).replace("%2F", "/");
            assertThat(caller.get(path).body()).isEqualTo(CONTENT);
            HttpResponse<byte[]> listing = caller.get("/bucket?prefix=a%20b%2B&list-type=2&max-keys=7");
            assertThat(new String(listing.body(), UTF_8)).contains("<KeyCount>1</KeyCount>");
            assertThat(caller.call(SdkHttpMethod.GET, path, Map.of("x-amz-meta-odd", "  two   spaces "), new byte[0])
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void aWrongSecretIsRefused() throws Exception {
        assertRefused(get(server, new AccessKey(KEY.id(), "another"), Clock.systemUTC()), 403, "SignatureDoesNotMatch");
    }

    @Test
    void anUnknownKeyIsRefused() throws Exception {
        assertRefused(
                get(server, new AccessKey("AKIDOTHER", KEY.secret()), Clock.systemUTC()), 403, "InvalidAccessKeyId");
    }

    @Test
    void aRequestWithoutSignatureIsRefusedUnlessReadsArePublic() throws Exception {
        server.put("bucket", "key", HeldContent.of(CONTENT));
        try (SignedCaller caller = new SignedCaller(server.endpoint(), KEY, Clock.systemUTC())) {
            HttpRequest bare = HttpRequest.newBuilder(URI.create(server.endpoint() + "/bucket/key"))
                    .build();
            assertRefused(caller.send(bare), 403, "AccessDenied");
        }
        try (S3Server open = S3Server.start(ServerConfig.of("bucket", KEY).withAccess(Access.PUBLIC_READ));
                SignedCaller caller = new SignedCaller(open.endpoint(), KEY, Clock.systemUTC())) {
            open.put("bucket", "key", HeldContent.of(CONTENT));
            HttpRequest.Builder bare = HttpRequest.newBuilder(URI.create(open.endpoint() + "/bucket/key"));
            assertThat(caller.send(bare.build()).body()).isEqualTo(CONTENT);
            assertRefused(caller.send(bare.DELETE().build()), 403, "AccessDenied");
        }
    }

    @Test
    void anotherMethodPathOrHeaderThanTheSignedOneIsRefused() throws Exception {
        server.put("bucket", "other", HeldContent.of(CONTENT));
        server.put("bucket", "key", HeldContent.of(CONTENT));
        try (SignedCaller caller = new SignedCaller(server.endpoint(), KEY, Clock.systemUTC())) {
            HttpRequest signed =
                    caller.request(SdkHttpMethod.GET, "/bucket/key", Map.of("Range", "bytes=0-1"), new byte[0]);
            HttpRequest otherPath = HttpRequest.newBuilder(signed, (_, _) -> true)
                    .uri(URI.create(server.endpoint() + "/bucket/other"))
                    .build();
            HttpRequest otherMethod =
                    HttpRequest.newBuilder(signed, (_, _) -> true).DELETE().build();
            HttpRequest otherHeader = HttpRequest.newBuilder(signed, (_, _) -> true)
                    .setHeader("Range", "bytes=1-2")
                    .build();
            assertThat(caller.send(signed).body()).isEqualTo(new byte[] {'c', 'o'});
            for (HttpRequest spoilt : new HttpRequest[] {otherPath, otherMethod, otherHeader}) {
                assertRefused(caller.send(spoilt), 403, "SignatureDoesNotMatch");
            }
        }
    }

    @Test
    void aBodyThatIsNotTheSignedOneIsRefusedAndNotStored() throws Exception {
        try (SignedCaller caller = new SignedCaller(server.endpoint(), KEY, Clock.systemUTC())) {
            HttpRequest signed = caller.request(SdkHttpMethod.PUT, "/bucket/key", Map.of(), CONTENT);
            HttpRequest spoilt = HttpRequest.newBuilder(signed, (_, _) -> true)
                    .PUT(HttpRequest.BodyPublishers.ofString("kontent"))
                    .build();
            assertRefused(caller.send(spoilt), 400, "XAmzContentSHA256Mismatch");
            assertRefused(caller.get("/bucket/key"), 404, "NoSuchKey");
            assertThat(caller.send(signed).statusCode()).isEqualTo(200);
            assertThat(caller.get("/bucket/key").body()).isEqualTo(CONTENT);
        }
    }

    @Test
    void aClockMoreThanAQuarterOfAnHourOffIsRefused() throws Exception {
        for (int minutes : new int[] {-16, 16}) {
            Clock off = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(minutes));
            assertRefused(get(server, KEY, off), 403, "RequestTimeTooSkewed");
        }
        ServerConfig ahead = ServerConfig.of("bucket", KEY).withClockOffset(Duration.ofHours(1));
        try (S3Server other = S3Server.start(ahead)) {
            assertRefused(get(other, KEY, Clock.systemUTC()), 403, "RequestTimeTooSkewed");
            Clock same = Clock.offset(Clock.systemUTC(), Duration.ofHours(1));
            assertThat(get(other, KEY, same).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aTemporaryKeyNeedsItsTokenUntilThatExpires() throws Exception {
        server.accept(SESSION);
        server.inject(Faults.of(1, new Fault.TokenExpiry(2)));
        assertRefused(
                get(server, new AccessKey(SESSION.id(), SESSION.secret()), Clock.systemUTC()), 400, "InvalidToken");
        assertThat(get(server, SESSION, Clock.systemUTC()).statusCode()).isEqualTo(200);
        assertThat(get(server, SESSION, Clock.systemUTC()).statusCode()).isEqualTo(200);
        assertRefused(get(server, SESSION, Clock.systemUTC()), 400, "ExpiredToken");
        AccessKey renewed = new AccessKey("ASIANEW", "secret", "next");
        server.accept(renewed);
        assertThat(get(server, renewed, Clock.systemUTC()).statusCode()).isEqualTo(200);
        assertThat(server.counters().faults(FaultKind.EXPIRED_TOKEN)).isEqualTo(1);
    }
}
