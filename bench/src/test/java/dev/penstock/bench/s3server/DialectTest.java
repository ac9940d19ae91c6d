package dev.penstock.bench.s3server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/// The stock SDK client finds an S3 that it understands.
class DialectTest {

    private static final AccessKey KEY = new AccessKey("AKIDTEST", "secret");

    private final S3Server server =
            S3Server.start(ServerConfig.of("bucket", KEY).withPageKeys(3));
    private final byte[] content = new byte[200_000];
    private S3AsyncClient client;

    @BeforeEach
    void open() {
        new Random(3).nextBytes(content);
        client = S3AsyncClient.builder()
                .endpointOverride(server.endpoint())
                .forcePathStyle(true)
                .region(Region.EU_CENTRAL_1)
                .credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create(KEY.id(), KEY.secret())))
                .httpClientBuilder(NettyNioAsyncHttpClient.builder())
                .build();
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    private String put(String key, byte[] bytes) {
        return client.putObject(put -> put.bucket("bucket").key(key), AsyncRequestBody.fromBytes(bytes))
                .join()
                .eTag();
    }

    private byte[] get(String key) {
        return client.getObject(get -> get.bucket("bucket").key(key), AsyncResponseTransformer.toBytes())
                .join()
                .asByteArray();
    }

    @Test
    void whatIsPutIsReadBackWhateverItsKey() {
        for (String key : List.of("plain", "dir/a b+c", "日本/%41~;ü")) {
            String eTag = put(key, content);
            assertThat(get(key)).as(key).isEqualTo(content);
            var head = client.headObject(get -> get.bucket("bucket").key(key)).join();
            assertThat(head.contentLength()).isEqualTo(content.length);
            assertThat(head.eTag()).isEqualTo(eTag);
        }
    }

    @Test
    void anEmptyObjectIsAnObject() {
        put("empty", new byte[0]);
        assertThat(get("empty")).isEmpty();
    }

    @Test
    void rangesAreThoseOfHttp() throws Exception {
        put("key", content);
        try (SignedCaller caller = new SignedCaller(server.endpoint(), KEY, Clock.systemUTC())) {
            record Range(String header, int status, int from, int until) {}
            int size = content.length;
            for (Range range : List.of(
                    new Range("bytes=0-0", 206, 0, 1),
                    new Range("bytes=10-19", 206, 10, 20),
                    new Range("bytes=199999-", 206, size - 1, size),
                    new Range("bytes=199990-300000", 206, size - 10, size),
                    new Range("bytes=-5", 206, size - 5, size),
                    new Range("bytes=-500000", 206, 0, size),
                    new Range("bytes=20-10", 200, 0, size),
                    new Range("lines=1-2", 200, 0, size))) {
                var response =
                        caller.call(SdkHttpMethod.GET, "/bucket/key", Map.of("Range", range.header()), new byte[0]);
                assertThat(response.statusCode()).as("%s", range).isEqualTo(range.status());
                assertThat(response.body())
                        .as("%s", range)
                        .isEqualTo(Arrays.copyOfRange(content, range.from(), range.until()));
                String contentRange =
                        range.status() == 200 ? "" : "bytes %d-%d/%d".formatted(range.from(), range.until() - 1, size);
                assertThat(response.headers().firstValue("Content-Range").orElse(""))
                        .as("%s", range)
                        .isEqualTo(contentRange);
            }
            var outside = caller.call(SdkHttpMethod.GET, "/bucket/key", Map.of("Range", "bytes=200000-"), new byte[0]);
            assertThat(outside.statusCode()).isEqualTo(416);
            assertThat(new String(outside.body(), UTF_8)).contains("InvalidRange");
        }
    }

    @Test
    void aReadPinnedToAnotherStateIsRefused() {
        String before = put("key", content);
        put("key", new byte[10]);
        assertThatThrownBy(() -> client.getObject(
                                get -> get.bucket("bucket").key("key").ifMatch(before),
                                AsyncResponseTransformer.toBytes())
                        .join())
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        S3Exception.class,
                        refused -> assertThat(refused.statusCode()).isEqualTo(412));
    }

    @Test
    void listsInPagesInOrderOfUtf8() {
        List<String> keys = List.of("a/1", "a/2", "a/3 +&<>", "a/日", "a/4", "b", "a");
        keys.forEach(key -> put(key, new byte[7]));
        List<String> found = new ArrayList<>();
        client.listObjectsV2Paginator(list -> list.bucket("bucket").prefix("a/"))
                .subscribe(page -> {
                    assertThat(page.contents()).hasSizeLessThanOrEqualTo(3);
                    page.contents().stream().map(S3Object::key).forEach(found::add);
                })
                .join();
        assertThat(found).containsExactly("a/1", "a/2", "a/3 +&<>", "a/4", "a/日");
        assertThat(server.counters().requests(Operation.LIST_OBJECTS)).isEqualTo(2);
    }

    @Test
    void partsMakeAnObjectWhenTheUploadIsCompleted() {
        String id = begin("key");
        List<CompletedPart> parts = new ArrayList<>();
        for (int part = 1; part <= 3; part++) {
            int number = part;
            byte[] bytes = Arrays.copyOfRange(content, (part - 1) * 60_000, part == 3 ? content.length : part * 60_000);
            String eTag = client.uploadPart(
                            upload -> upload.bucket("bucket")
                                    .key("key")
                                    .uploadId(id)
                                    .partNumber(number),
                            AsyncRequestBody.fromBytes(bytes))
                    .join()
                    .eTag();
            parts.add(CompletedPart.builder().partNumber(part).eTag(eTag).build());
        }
        assertThatThrownBy(() -> get("key")).hasCauseInstanceOf(NoSuchKeyException.class);
        String eTag = client.completeMultipartUpload(complete -> complete.bucket("bucket")
                        .key("key")
                        .uploadId(id)
                        .multipartUpload(upload -> upload.parts(parts)))
                .join()
                .eTag();
        assertThat(eTag).endsWith("-3\"");
        assertThat(get("key")).isEqualTo(content);
        assertThat(server.openUploads()).isZero();
    }

    @Test
    void anAbortedUploadLeavesNothing() {
        String id = begin("key");
        client.abortMultipartUpload(abort -> abort.bucket("bucket").key("key").uploadId(id))
                .join();
        assertThat(server.openUploads()).isZero();
        assertThatThrownBy(() -> get("key")).hasCauseInstanceOf(NoSuchKeyException.class);
    }

    private String begin(String key) {
        return client.createMultipartUpload(create -> create.bucket("bucket").key(key))
                .join()
                .uploadId();
    }

    @Test
    void deletedAndNeverStoredObjectsAndBucketsAreMissing() {
        put("key", content);
        client.deleteObject(delete -> delete.bucket("bucket").key("key")).join();
        assertThatThrownBy(() -> get("key")).hasCauseInstanceOf(NoSuchKeyException.class);
        assertThatThrownBy(() -> client.headObject(head -> head.bucket("absent").key("key"))
                        .join())
                .cause()
                .isInstanceOfSatisfying(
                        S3Exception.class,
                        missing -> assertThat(missing.statusCode()).isEqualTo(404));
    }

    @Test
    void generatedObjectsAreTheSameAtEveryReadAndCostNoMemory() {
        GeneratedContent generated = new GeneratedContent(5, 1L << 40);
        server.put("bucket", "huge", generated);
        for (long from : new long[] {0, (1L << 39) + 7, (1L << 40) - 1000}) {
            byte[] read = client.getObject(
                            get -> get.bucket("bucket").key("huge").range("bytes=" + from + "-" + (from + 999)),
                            AsyncResponseTransformer.toBytes())
                    .join()
                    .asByteArray();
            for (int at = 0; at < read.length; at++) {
                assertThat(read[at]).isEqualTo(generated.bytes(from + at, 1).getByte(0));
            }
        }
    }

    @Test
    void aServerInItsOwnProcessServesTheSame() {
        try (ServerProcess process =
                ServerProcess.start(ServerConfig.of("bucket", KEY).withAccess(ServerConfig.Access.PUBLIC_READ))) {
            process.put("bucket", "key", new GeneratedContent(5, 1000));
            process.inject(Faults.of(1, new Fault.SlowDowns(1, 1)));
            assertThat(status(process.endpoint())).isEqualTo(503);
            process.inject(Faults.none());
            assertThat(status(process.endpoint())).isEqualTo(200);
            assertThat(process.counters().requests(Operation.GET_OBJECT)).isEqualTo(2);
            assertThat(process.counters().faults(FaultKind.SLOW_DOWN)).isEqualTo(1);
        }
    }

    private static int status(URI endpoint) {
        try (SignedCaller caller = new SignedCaller(endpoint, KEY, Clock.systemUTC())) {
            return caller.get("/bucket/key").statusCode();
        } catch (Exception broken) {
            throw new AssertionError(broken);
        }
    }
}
