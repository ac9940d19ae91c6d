package dev.penstock.storage.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import com.sun.net.httpserver.HttpExchange;
import dev.penstock.storage.http.ReactorNettyClient;
import dev.penstock.storage.http.TunnelProxy;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ReadTarget;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.SignalType;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;

/// How bytes travel between the SDK and the network: copies, demand, cancels, proxies.
class S3TransportTest {

    private static final int LONG_BYTES = 64 << 20;

    private final S3Server server = S3Server.start();
    private final ObjectStore store = TestStores.open(server);

    @AfterEach
    void close() {
        store.close();
        server.close();
    }

    @Test
    void aLongReadAllocatesAFractionOfItsBytesOnTheHeap() {
        ObjectMetadata object = object(LONG_BYTES);
        try (Arena arena = Arena.ofShared()) {
            MemorySegment destination = arena.allocate(LONG_BYTES);
            store.read(object, 0, destination).block();
            long before = allocatedBytes();
            store.read(object, 0, destination).block();
            assertThat(allocatedBytes() - before).isPositive().isLessThan(LONG_BYTES / 16);
            assertThat(destination.mismatch(MemorySegment.ofArray(stored(object))))
                    .isEqualTo(-1);
        }
    }

    @Test
    void aCancelInTheMiddleClosesTheConnectionAndReleasesEveryBuffer() throws Exception {
        ObjectMetadata object = object(LONG_BYTES);
        try (Leaks leaks = Leaks.watch()) {
            for (int round = 0; round < 10; round++) {
                CountDownLatch closed = endlessly(object);
                ReadTarget target = new ReadTarget(MemorySegment.ofArray(new byte[LONG_BYTES]));
                Disposable read = store.read(object, 0, target).subscribe();
                while (target.filledBytes() == 0) {
                    Thread.onSpinWait();
                }
                read.dispose();
                closed.await();
            }
            assertThat(leaks.found()).isEmpty();
        }
    }

    @Test
    void aTargetThatIsClosedEndsTheRequestAndCompletesTheRead() throws Exception {
        ObjectMetadata object = object(LONG_BYTES);
        CountDownLatch closed = endlessly(object);
        ReadTarget target = new ReadTarget(MemorySegment.ofArray(new byte[LONG_BYTES]));
        CountDownLatch completed = new CountDownLatch(1);
        store.read(object, 0, target).subscribe(_ -> {}, _ -> {}, completed::countDown);
        while (target.filledBytes() == 0) {
            Thread.onSpinWait();
        }
        target.close();
        completed.await();
        closed.await();
    }

    @Test
    void otherSubscribersMayKeepTheirBuffers() {
        ObjectMetadata object = object(3_000_000);
        try (ReactorNettyClient http = ReactorNettyClient.open(4, Map.of());
                S3AsyncClient client = plainClient(http)) {
            List<ByteBuffer> kept = Flux.from(client.getObject(
                                    get -> get.bucket("bucket")
                                            .key("some/prefix/a.bin")
                                            .range("bytes=0-2999999"),
                                    AsyncResponseTransformer.toPublisher())
                            .join())
                    .collectList()
                    .block();
            ByteBuffer whole = ByteBuffer.allocate(3_000_000);
            kept.forEach(whole::put);
            assertThat(whole.array()).isEqualTo(stored(object));
        }
    }

    @Test
    void aSubscriberThatAsksForLittleIsSentLittle() {
        object(LONG_BYTES);
        AtomicLong sentBytes = new AtomicLong();
        List<Long> aheadBytes = new ArrayList<>();
        server.fail(exchange -> counted(exchange, sentBytes));
        try (ReactorNettyClient http = ReactorNettyClient.open(4, Map.of());
                S3AsyncClient client = plainClient(http)) {
            CountDownLatch ended = new CountDownLatch(1);
            AtomicLong takenBytes = new AtomicLong();
            client.getObject(
                            get -> get.bucket("bucket").key("some/prefix/a.bin"),
                            AsyncResponseTransformer.toPublisher())
                    .join()
                    .subscribe(new BaseSubscriber<ByteBuffer>() {
                        @Override
                        protected void hookOnSubscribe(Subscription subscription) {
                            request(1);
                        }

                        @Override
                        protected void hookOnNext(ByteBuffer received) {
                            aheadBytes.add(sentBytes.get() - takenBytes.addAndGet(received.remaining()));
                            request(1);
                        }

                        @Override
                        protected void hookFinally(SignalType signal) {
                            ended.countDown();
                        }
                    });
            assertThat(ended).satisfies(CountDownLatch::await);
            assertThat(takenBytes).hasValue(LONG_BYTES);
        }
        // What lies in the sockets' buffers; a client that takes all it is offered would hold most of the body.
        assertThat(aheadBytes).allSatisfy(ahead -> assertThat(ahead).isLessThan(LONG_BYTES / 2));
    }

    @Test
    void aBodyWithATrailingChecksumArrivesWhole() {
        byte[] bytes = bytes(1_000_000);
        try (ReactorNettyClient http = ReactorNettyClient.open(4, Map.of());
                S3AsyncClient client = plainClient(http)) {
            client.putObject(
                            put -> put.bucket("bucket").key("summed").checksumAlgorithm(ChecksumAlgorithm.CRC32),
                            AsyncRequestBody.fromBytes(bytes))
                    .join();
        }
        assertThat(server.objects().get("summed").bytes()).isEqualTo(bytes);
    }

    @Test
    void aProxyOfTheEnvironmentIsTunnelledThrough() throws IOException {
        ObjectMetadata object = object(100_000);
        try (TunnelProxy proxy = TunnelProxy.to(server.endpoint().getPort())) {
            Map<String, String> environment = Map.of("HTTP_PROXY", "http://user:hidden@" + proxy.address());
            URI onlyTheProxyKnows = URI.create("http://store.invalid");
            try (ObjectStore tunnelled = TestStores.open(onlyTheProxyKnows, S3Server.SECRET_KEY, environment)) {
                byte[] destination = new byte[100_000];
                tunnelled.read(object, 0, MemorySegment.ofArray(destination)).block();
                assertThat(destination).isEqualTo(stored(object));
            }
            String login = Base64.getEncoder().encodeToString("user:hidden".getBytes(ISO_8859_1));
            assertThat(proxy.heads())
                    .singleElement()
                    .asString()
                    .startsWith("CONNECT store.invalid:80 ")
                    .containsIgnoringCase("proxy-authorization: Basic " + login);
        }
    }

    /// A client as anybody would make one: with the SDK's own checksums and without lent buffers.
    private S3AsyncClient plainClient(ReactorNettyClient http) {
        return S3AsyncClient.builder()
                .httpClient(http)
                .endpointOverride(server.endpoint())
                .region(Region.of("eu-test-1"))
                .forcePathStyle(true)
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(S3Server.ACCESS_KEY, S3Server.SECRET_KEY)))
                .build();
    }

    private ObjectMetadata object(int sizeBytes) {
        server.put("some/prefix/a.bin", bytes(sizeBytes));
        return store.stat("a.bin").block();
    }

    private byte[] stored(ObjectMetadata object) {
        return server.objects().get("some/prefix/" + object.key()).bytes();
    }

    /// Makes the server send a body that never ends, and returns what is released when its connection is closed.
    private CountDownLatch endlessly(ObjectMetadata object) {
        CountDownLatch closed = new CountDownLatch(1);
        server.fail(exchange -> {
            long last = object.sizeBytes() - 1;
            exchange.getResponseHeaders().set("ETag", object.version());
            exchange.getResponseHeaders().set("Content-Range", "bytes 0-" + last + "/" + object.sizeBytes());
            exchange.sendResponseHeaders(206, object.sizeBytes());
            OutputStream body = exchange.getResponseBody();
            try {
                body.write(new byte[1 << 20]);
                while (true) {
                    body.write(new byte[1]);
                    body.flush();
                }
            } finally {
                closed.countDown();
            }
        });
        return closed;
    }

    private static boolean counted(HttpExchange exchange, AtomicLong sentBytes) throws IOException {
        exchange.sendResponseHeaders(200, LONG_BYTES);
        byte[] piece = new byte[64 << 10];
        for (int sent = 0; sent < LONG_BYTES; sent += piece.length) {
            exchange.getResponseBody().write(piece);
            sentBytes.addAndGet(piece.length);
        }
        return true;
    }

    private static long allocatedBytes() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] ours = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("penstock-"))
                .mapToLong(Thread::threadId)
                .toArray();
        long total = 0;
        for (long bytes : threads.getThreadAllocatedBytes(ours)) {
            total += bytes;
        }
        return total;
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}
