package dev.penstock.storage.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.RetryableException;
import dev.penstock.error.StoreAccessException;
import dev.penstock.fetch.FetchMeter;
import dev.penstock.index.DatasetIndex;
import dev.penstock.laws.LawDatasets;
import dev.penstock.storage.http.Closure;
import dev.penstock.storage.http.OriginReads;
import dev.penstock.storage.http.RawServer;
import dev.penstock.storage.http.TunnelProxy;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStores;
import dev.penstock.store.ReadTarget;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;

/// How a web store treats its connections: reuse, ends, TLS and proxies.
class WebConnectionTest {

    private static final int LARGE_BYTES = 32 << 20;

    private WebServer server;
    private ObjectStore store;

    @BeforeEach
    void start() throws IOException {
        server = WebServer.start();
        store = ObjectStores.open(server.root());
    }

    @AfterEach
    void stop() {
        store.close();
        server.close();
    }

    @Test
    void readsOneAfterTheOtherShareAConnection() {
        byte[] bytes = random(1 << 20);
        server.put("a.bin", bytes);
        ObjectMetadata object = store.stat("a.bin").block();
        for (int i = 0; i < 20; i++) {
            assertThat(read(store, object)).isEqualTo(bytes);
        }
        // A read may end a moment before its connection is back in the pool.
        assertThat(server.clients()).hasSizeLessThan(8);
    }

    @Test
    void aCancelClosesTheConnectionAndReleasesEveryBuffer() throws InterruptedException {
        long before = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
        server.put("a.bin", new byte[LARGE_BYTES]);
        ObjectMetadata object = store.stat("a.bin").block();
        CountDownLatch sending = new CountDownLatch(1);
        CountDownLatch hungUp = new CountDownLatch(1);
        server.answer((exchange, _) -> {
            exchange.getResponseHeaders().set("Content-Range", "bytes 0-" + (LARGE_BYTES - 1) + "/" + LARGE_BYTES);
            exchange.sendResponseHeaders(206, LARGE_BYTES);
            OutputStream out = exchange.getResponseBody();
            out.write(new byte[1 << 20]);
            out.flush();
            sending.countDown();
            // The rest never comes; what is written without a reader ends with the connection.
            try {
                while (true) {
                    out.write(0);
                    out.flush();
                }
            } catch (IOException _) {
                hungUp.countDown();
            }
        });
        Disposable read = store.read(object, 0, MemorySegment.ofArray(new byte[LARGE_BYTES]))
                .subscribe();
        sending.await();
        read.dispose();
        hungUp.await();
        store.close();
        assertThat(PooledByteBufAllocator.DEFAULT.pinnedDirectMemory()).isEqualTo(before);
    }

    @Test
    void aTargetThatIsClosedEndsItsRequest() {
        server.put("a.bin", new byte[LARGE_BYTES]);
        ObjectMetadata object = store.stat("a.bin").block();
        byte[] destination = new byte[LARGE_BYTES];
        ReadTarget target = new ReadTarget(MemorySegment.ofArray(destination));
        server.answer((exchange, served) -> {
            exchange.getResponseHeaders().set("Content-Range", "bytes 0-" + (LARGE_BYTES - 1) + "/" + LARGE_BYTES);
            exchange.sendResponseHeaders(206, LARGE_BYTES);
            target.close();
            byte[] ones = new byte[LARGE_BYTES];
            Arrays.fill(ones, (byte) 1);
            exchange.getResponseBody().write(ones);
        });
        store.read(object, 0, target).block();
        assertThat(destination).isEqualTo(new byte[LARGE_BYTES]);
        assertThat(target.receivedBytes()).isLessThan(LARGE_BYTES);
    }

    @Test
    void everyBufferOfAReadIsReleased() {
        long before = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
        byte[] bytes = random(LARGE_BYTES);
        server.put("a.bin", bytes);
        assertThat(read(store, store.stat("a.bin").block())).isEqualTo(bytes);
        store.close();
        assertThat(PooledByteBufAllocator.DEFAULT.pinnedDirectMemory()).isEqualTo(before);
    }

    @Test
    void aCertificateCountsWhenTheTrustStoreHoldsItAndItNamesTheHost(@TempDir Path directory)
            throws IOException, InterruptedException, GeneralSecurityException {
        CertificateFile certificate = CertificateFile.create(directory, "localhost");
        byte[] bytes = random(300_000);
        try (WebServer secure = WebServer.startTls(certificate.serverContext())) {
            secure.put("a.bin", bytes);
            String authority = ":" + secure.port() + "/data/";
            try (ObjectStore untrusting = ObjectStores.open(URI.create("https://localhost" + authority))) {
                assertThatThrownBy(() -> untrusting.stat("a.bin").block())
                        .isInstanceOf(StoreAccessException.class)
                        .hasMessageContaining("found=a certificate of an authority that is not trusted")
                        .hasMessageContaining("javax.net.ssl.trustStore");
            }
            System.setProperty("javax.net.ssl.trustStore", certificate.trust().toString());
            System.setProperty("javax.net.ssl.trustStorePassword", CertificateFile.PASSWORD);
            try (ObjectStore trusting = ObjectStores.open(URI.create("https://localhost" + authority));
                    ObjectStore misled = ObjectStores.open(URI.create("https://127.0.0.1" + authority))) {
                assertThat(read(trusting, trusting.stat("a.bin").block())).isEqualTo(bytes);
                assertThatThrownBy(() -> misled.stat("a.bin").block())
                        .isInstanceOf(StoreAccessException.class)
                        .hasMessageContaining("found=a certificate for another host")
                        .hasMessageEndingWith(
                                "name the host as the certificate does, or give the server one for this name");
            } finally {
                System.clearProperty("javax.net.ssl.trustStore");
                System.clearProperty("javax.net.ssl.trustStorePassword");
            }
        }
    }

    @Test
    void aServerWithoutTlsIsToldApart() throws IOException {
        try (ServerSocket plain = new ServerSocket(0);
                ObjectStore secure = ObjectStores.open(URI.create("https://localhost:" + plain.getLocalPort()))) {
            Thread.ofVirtual().start(() -> {
                try (Socket client = plain.accept()) {
                    client.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(UTF_8));
                    client.getInputStream().transferTo(OutputStream.nullOutputStream());
                } catch (IOException failure) {
                    throw new UncheckedIOException(failure);
                }
            });
            assertThatThrownBy(() -> secure.stat("a.bin").block())
                    .isInstanceOf(StoreAccessException.class)
                    .hasMessageContaining("found=a server without TLS");
        }
    }

    @Test
    void aServerThatDoesNotSpeakHttpIsToldApart() throws IOException {
        try (RawServer other = RawServer.answering("SSH-2.0-OpenSSH_9.2\r\n");
                ObjectStore misled = ObjectStores.open(URI.create("http://localhost:" + other.port()))) {
            assertThatThrownBy(() -> misled.stat("a.bin").block())
                    .isInstanceOf(StoreAccessException.class)
                    .hasMessageContaining("found=an answer that is not HTTP");
        }
    }

    @Test
    void aDatasetOpensWithoutAListing(@TempDir Path directory) throws IOException {
        try (ObjectStore files = ObjectStores.open(directory.resolve("dataset").toUri())) {
            LawDatasets.pack(directory, files);
            for (ObjectMetadata object : files.list("").toIterable()) {
                server.put(object.key(), read(files, object));
            }
            try (DatasetIndex packed = DatasetIndex.open(files);
                    DatasetIndex served = DatasetIndex.open(store)) {
                assertThat(served.digest()).isEqualTo(packed.digest());
                for (ObjectMetadata shard : served.currentObjects(store)) {
                    assertThat(read(store, shard))
                            .isEqualTo(read(files, files.stat(shard.key()).block()));
                }
            }
        }
    }

    @Test
    void noRequestComesBeforeTheTimeThatTheServerAskedFor(@TempDir Path directory) throws IOException {
        try (ObjectStore files = ObjectStores.open(directory.resolve("dataset").toUri())) {
            LawDatasets.pack(directory, files);
            for (ObjectMetadata object : files.list("").toIterable()) {
                server.put(object.key(), read(files, object));
            }
            Closure closure = new Closure();
            FetchMeter meter = new FetchMeter();
            try (DatasetIndex index = DatasetIndex.open(store)) {
                List<ObjectMetadata> shards = index.currentObjects(store);
                server.answer((exchange, served) -> {
                    if (closure.refuses()) {
                        exchange.getResponseHeaders().set("Retry-After", Closure.SECONDS);
                        WebServer.empty(exchange, 503);
                    } else {
                        WebServer.serve(exchange, served);
                    }
                });
                OriginReads.aroundARefusal(index, shards, store, meter);
            }
            assertThat(closure.requests()).isGreaterThan(2);
            assertThat(closure.early()).isZero();
            assertThat(meter.snapshot().throttles()).isEqualTo(1);
        }
    }

    @Test
    void theProxyOfTheEnvironmentIsUsedUnlessTheHostIsExempt() throws IOException {
        byte[] bytes = random(300_000);
        server.put("a.bin", bytes);
        try (TunnelProxy proxy = TunnelProxy.start()) {
            Map<String, String> environment = Map.of("http_proxy", "http://me:secret@" + proxy.address());
            try (ObjectStore proxied = open(environment)) {
                assertThat(read(proxied, proxied.stat("a.bin").block())).isEqualTo(bytes);
            }
            assertThat(proxy.heads())
                    .isNotEmpty()
                    .allSatisfy(head -> assertThat(head)
                            .startsWith("CONNECT localhost:" + server.port() + " HTTP/1.1")
                            .containsIgnoringCase("proxy-authorization: basic "));
            int connects = proxy.heads().size();
            try (ObjectStore exempt =
                    open(Map.of("HTTP_PROXY", "http://" + proxy.address(), "NO_PROXY", "example.org, localhost"))) {
                assertThat(read(exempt, exempt.stat("a.bin").block())).isEqualTo(bytes);
            }
            assertThat(proxy.heads()).hasSize(connects);
        }
    }

    @Test
    void aProxyThatIsNotThereIsNamedAsTheReasonAndItsPasswordIsNotShown() throws IOException {
        String address;
        try (TunnelProxy proxy = TunnelProxy.start()) {
            address = proxy.address();
        }
        try (ObjectStore proxied = open(Map.of("http_proxy", "http://me:secret@" + address))) {
            assertThatThrownBy(() -> proxied.stat("a.bin").block())
                    .isInstanceOf(RetryableException.class)
                    .hasStackTraceContaining(address.replace("localhost", ""))
                    .satisfies(failure -> assertThat(trace(failure)).doesNotContain("secret"));
        }
        assertThatThrownBy(() -> open(Map.of("http_proxy", "socks://secret")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageNotContaining("secret");
    }

    private ObjectStore open(Map<String, String> environment) {
        return new WebStore(WebRoot.of(server.root()), environment, Duration.ofSeconds(10));
    }

    private static byte[] read(ObjectStore store, ObjectMetadata object) {
        byte[] destination = new byte[Math.toIntExact(object.sizeBytes())];
        store.read(object, 0, MemorySegment.ofArray(destination)).block();
        return destination;
    }

    private static String trace(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private static byte[] random(int lengthBytes) {
        byte[] bytes = new byte[lengthBytes];
        new Random(1).nextBytes(bytes);
        return bytes;
    }
}
