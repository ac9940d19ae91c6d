package dev.penstock.storage.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.CorruptDataException;
import dev.penstock.error.ObjectMissingException;
import dev.penstock.error.RetryableException;
import dev.penstock.error.StoreAccessException;
import dev.penstock.error.ThrottledException;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStores;
import dev.penstock.store.ReadTarget;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.foreign.MemorySegment;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What goes wrong with web servers, and what they lie about; each case is a real answer of a real server.
class WebStoreFailureTest {

    private static final String TOKEN = "s3cr3t-signature";
    private static final byte[] BYTES = "0123456789".repeat(1000).getBytes(UTF_8);

    private WebServer server;
    private ObjectStore store;

    @BeforeEach
    void start() throws IOException {
        server = WebServer.start();
        server.put("a.bin", BYTES);
        store = ObjectStores.open(URI.create(server.root() + "?token=" + TOKEN));
    }

    @AfterEach
    void stop() {
        store.close();
        server.close();
    }

    @Test
    void everyStatusIsAFailureThatSaysWhatToDoAndNeverShowsTheToken() {
        Map<Integer, Class<?>> expected = new HashMap<>();
        List.of(302, 401, 403, 402, 501).forEach(status -> expected.put(status, StoreAccessException.class));
        List.of(404, 410).forEach(status -> expected.put(status, ObjectMissingException.class));
        List.of(408, 425, 500, 502, 504).forEach(status -> expected.put(status, RetryableException.class));
        List.of(429, 503).forEach(status -> expected.put(status, ThrottledException.class));
        List.of(412, 416).forEach(status -> expected.put(status, CorruptDataException.class));
        ObjectMetadata object = store.stat("a.bin").block();
        expected.forEach((status, type) -> {
            server.answer((exchange, _) -> {
                exchange.getResponseHeaders().set("Retry-After", "7");
                exchange.getResponseHeaders()
                        .set("X-Request", exchange.getRequestURI().toString());
                WebServer.empty(exchange, status);
            });
            Throwable failure = catchThrowable(() -> read(object, 10));
            assertThat(failure)
                    .as("%d", status)
                    .isExactlyInstanceOf(type)
                    .hasMessageContaining("object read failed: uri=" + server.root() + ", key=a.bin, range=[0, 10)")
                    .hasMessageContaining("found=" + status)
                    .hasMessageContaining("; ");
            assertThat(trace(failure)).doesNotContain(TOKEN);
        });
    }

    @Test
    void theQueryGoesOutWithEveryRequestAndIsShownNowhere() {
        read(store.stat("a.bin").block(), 10);
        assertThat(server.requests())
                .extracting(WebServer.Request::uri)
                .containsExactly("/data/a.bin?token=" + TOKEN, "/data/a.bin?token=" + TOKEN);
        assertThat(store.root()).isEqualTo(server.root());
        assertThat(trace(catchThrowable(() -> store.list("").blockLast()))).doesNotContain(TOKEN);
        assertThat(trace(catchThrowable(() -> store.write("b")))).doesNotContain(TOKEN);
        assertThat(trace(catchThrowable(() -> store.stat("../b").block()))).doesNotContain(TOKEN);
    }

    @Test
    void aPasswordInTheUriIsRefusedAndNotShown() {
        for (String uri : List.of("https://me:" + TOKEN + "@host/data", "http:data", "http:///data", "http://h/#f")) {
            Throwable failure = catchThrowable(() -> ObjectStores.open(URI.create(uri)));
            assertThat(failure).as(uri).isInstanceOf(ConfigurationException.class);
            assertThat(trace(failure)).doesNotContain(TOKEN);
        }
    }

    @Test
    void listingSaysThatAnIndexIsNeededAndWritingIsRefused() {
        assertThatThrownBy(() -> store.list("").blockLast())
                .isInstanceOf(StoreAccessException.class)
                .hasMessageContaining("name a dataset that has an index");
        assertThatThrownBy(() -> store.write("b.bin"))
                .isInstanceOf(StoreAccessException.class)
                .hasMessageContaining("found=a store that is only read");
    }

    @Test
    void aReadIsConditionalOnTheEtagAndAChangeIsCorrupt() {
        ObjectMetadata object = store.stat("a.bin").block();
        assertThat(store.pins(object.version())).isTrue();
        server.put("a.bin", BYTES);
        assertThatThrownBy(() -> read(object, 10))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("expected=version " + object.version() + ", found=412 Precondition Failed");
        assertThat(server.requests().getLast().ifMatch()).isEqualTo(object.version());
    }

    @Test
    void aChangeIsFoundThoughTheServerIgnoresConditions() {
        ObjectMetadata object = store.stat("a.bin").block();
        server.put("a.bin", BYTES);
        server.answer(WebServer::serveUnconditionally);
        assertThatThrownBy(() -> read(object, 10))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("of version " + object.version());
    }

    @Test
    void withoutAStrongEtagTheDateIsTheVersionAndDoesNotPin() {
        String before = "Sun, 06 Nov 1994 08:49:37 GMT";
        server.put("a.bin", new WebServer.Served(BYTES, "W/\"weak\"", before));
        ObjectMetadata object = store.stat("a.bin").block();
        assertThat(object.version()).isEqualTo(before);
        assertThat(store.pins(before)).isFalse();
        assertThat(read(object, 10)).isEqualTo("0123456789".getBytes(UTF_8));
        assertThat(server.requests().getLast().ifUnmodifiedSince()).isEqualTo(before);
        server.put("a.bin", new WebServer.Served(BYTES, null, "Sun, 06 Nov 1994 08:49:38 GMT"));
        assertThatThrownBy(() -> read(object, 10)).isInstanceOf(CorruptDataException.class);
    }

    @Test
    void anObjectWithoutValidatorsIsReadAndItsSizeIsStillChecked() {
        server.put("a.bin", new WebServer.Served(BYTES, null, null));
        ObjectMetadata object = store.stat("a.bin").block();
        assertThat(object.version()).isEmpty();
        assertThat(read(object, 10)).isEqualTo("0123456789".getBytes(UTF_8));
        server.put("a.bin", new WebServer.Served(new byte[20_000], null, null));
        assertThatThrownBy(() -> read(object, 10))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("found=20000 bytes");
    }

    @Test
    void aServerWithoutRangesIsRefusedUnlessTheWholeObjectIsRead() {
        ObjectMetadata object = store.stat("a.bin").block();
        server.answer((exchange, served) -> {
            WebServer.validators(exchange, served);
            WebServer.body(exchange, 200, served.bytes(), 0, served.bytes().length);
        });
        assertThatThrownBy(() -> read(object, 10))
                .isInstanceOf(StoreAccessException.class)
                .hasMessageContaining("expected=206 Partial Content, found=200 OK")
                .hasMessageContaining("answers range requests");
        assertThat(read(object, BYTES.length)).isEqualTo(BYTES);
        server.put("a.bin", new byte[3]);
        assertThatThrownBy(() -> read(object, BYTES.length)).isInstanceOf(CorruptDataException.class);
    }

    @Test
    void aShortBodyKeepsItsBytesAndTheNextReadAsksForTheRest() {
        ObjectMetadata object = store.stat("a.bin").block();
        for (long statedLength : new long[] {BYTES.length, 0}) {
            server.answer((exchange, _) -> {
                exchange.getResponseHeaders().set("Content-Range", "bytes 0-9999/10000");
                exchange.sendResponseHeaders(206, statedLength);
                OutputStream out = exchange.getResponseBody();
                out.write(BYTES, 0, 4_000);
                out.flush();
                exchange.close();
            });
            byte[] destination = new byte[BYTES.length];
            ReadTarget target = new ReadTarget(MemorySegment.ofArray(destination));
            assertThatThrownBy(() -> store.read(object, 0, target).block())
                    .as("stated length %d", statedLength)
                    .isInstanceOf(RetryableException.class);
            assertThat(target.filledBytes()).isEqualTo(4_000);
            server.answer(WebServer::serve);
            store.read(object, 0, target).block();
            assertThat(server.requests().getLast().range()).isEqualTo("bytes=4000-9999");
            assertThat(destination).isEqualTo(BYTES);
        }
    }

    @Test
    void anEncodedBodyIsRefused() {
        ObjectMetadata object = store.stat("a.bin").block();
        server.answer((exchange, served) -> {
            exchange.getResponseHeaders().set("Content-Encoding", "gzip");
            WebServer.serve(exchange, served);
        });
        assertThatThrownBy(() -> store.stat("a.bin").block())
                .isInstanceOf(StoreAccessException.class)
                .hasMessageContaining("found=gzip");
        assertThatThrownBy(() -> read(object, 10)).isInstanceOf(StoreAccessException.class);
        assertThat(server.requests()).extracting(WebServer.Request::encodings).containsOnly("identity");
    }

    @Test
    void whereHeadIsRefusedTheFirstByteIsAskedFor() {
        ObjectMetadata expected = store.stat("a.bin").block();
        server.put("empty", new byte[0]);
        for (int refusal : new int[] {400, 403, 405, 501}) {
            server.answer((exchange, served) -> {
                if (exchange.getRequestMethod().equals("HEAD")) {
                    WebServer.empty(exchange, refusal);
                } else {
                    WebServer.serve(exchange, served);
                }
            });
            assertThat(store.stat("a.bin").block()).as("%d", refusal).isEqualTo(expected);
            assertThat(store.stat("empty").block().sizeBytes()).isZero();
        }
        server.answer((exchange, _) -> WebServer.empty(exchange, 403));
        assertThatThrownBy(() -> store.stat("a.bin").block())
                .isInstanceOf(StoreAccessException.class)
                .hasMessageContaining("found=403 Forbidden");
    }

    @Test
    void redirectsAreFollowedWithTheirRangeAndCondition() {
        ObjectMetadata object = store.stat("a.bin").block();
        server.answer((exchange, served) -> {
            if (exchange.getRequestURI().getPath().startsWith("/elsewhere/")) {
                exchange.getResponseHeaders().set("Location", "/data/a.bin");
                WebServer.empty(exchange, 307);
            } else if (exchange.getRequestURI().getQuery() != null) {
                exchange.getResponseHeaders().set("Location", "/elsewhere/a.bin");
                WebServer.empty(exchange, 302);
            } else {
                WebServer.serve(exchange, served);
            }
        });
        assertThat(read(object, 10)).isEqualTo("0123456789".getBytes(UTF_8));
        assertThat(server.requests().getLast())
                .isEqualTo(
                        new WebServer.Request("GET", "/data/a.bin", "bytes=0-9", object.version(), null, "identity"));
        assertThat(store.stat("a.bin").block()).isEqualTo(object);
    }

    @Test
    void aLoopOfRedirectsEnds() {
        ObjectMetadata object = store.stat("a.bin").block();
        server.answer((exchange, _) -> {
            exchange.getResponseHeaders()
                    .set("Location", exchange.getRequestURI().toString());
            WebServer.empty(exchange, 302);
        });
        int before = server.requests().size();
        Throwable failure = catchThrowable(() -> read(object, 10));
        assertThat(failure).isInstanceOf(StoreAccessException.class).hasMessageContaining("found=302 Found");
        assertThat(trace(failure)).doesNotContain(TOKEN);
        assertThat(server.requests()).hasSize(before + 6);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ht tp://[::bad hidden"})
    void aRedirectWithoutAnAddressSaysSo(String location) {
        server.answer((exchange, _) -> {
            exchange.getResponseHeaders().set("Location", location);
            WebServer.empty(exchange, 302);
        });
        Throwable failure = catchThrowable(() -> store.stat("a").block());
        assertThat(failure)
                .isInstanceOf(StoreAccessException.class)
                .hasMessageContaining("found=302 Found; check the server's redirects: this one has no Location that is")
                .hasMessageNotContaining("hidden");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://::1:9102/p", "http://::1/p", "http://fe80::1:2:3/p"})
    void anIpv6AddressWithoutBracketsSaysSo(String root) {
        assertThatThrownBy(() -> WebRoot.of(URI.create(root)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("write an IPv6 address in brackets, as in http://[::1]:PORT/PATH");
        assertThatThrownBy(() -> WebRoot.of(URI.create("http://user:hidden@host:1/p")))
                .hasMessageContaining("without user, password or fragment")
                .hasMessageNotContaining("hidden");
    }

    @Test
    void noRedirectLeavesTlsOrTheWeb() {
        assertThat(Redirects.mayFollow("https://a/x", "https://b/y")).isTrue();
        assertThat(Redirects.mayFollow("https://a/x", "/y")).isTrue();
        assertThat(Redirects.mayFollow("http://a/x", "https://b/y")).isTrue();
        for (String location : new String[] {"http://a/x", "file:///etc/passwd", "https:", "https://a b/", null}) {
            assertThat(Redirects.mayFollow("https://a/x", location))
                    .as(location)
                    .isFalse();
        }
    }

    @Test
    void aServerThatFallsSilentMayBeTriedAgain() throws IOException {
        try (ServerSocket silent = new ServerSocket(0);
                ObjectStore impatient = new WebStore(
                        WebRoot.of(URI.create("http://localhost:" + silent.getLocalPort() + "/?" + TOKEN)),
                        Map.of(),
                        Duration.ofMillis(50))) {
            Throwable failure = catchThrowable(() -> impatient.stat("a.bin").block());
            assertThat(failure)
                    .isInstanceOf(RetryableException.class)
                    .hasMessageContaining("found=the server fell silent");
            assertThat(trace(failure)).doesNotContain(TOKEN);
        }
    }

    @Test
    void aServerThatIsNotThereMayBeTriedAgain() {
        server.close();
        Throwable refused = catchThrowable(() -> store.stat("a.bin").block());
        assertThat(refused)
                .isInstanceOf(RetryableException.class)
                .hasMessageContaining("uri=" + server.root())
                .hasMessageContaining("found=connection refused");
        assertThat(trace(refused)).doesNotContain(TOKEN);
        try (ObjectStore nowhere = ObjectStores.open(URI.create("http://nowhere.invalid/?" + TOKEN))) {
            Throwable unknown = catchThrowable(() -> nowhere.stat("a.bin").block());
            assertThat(unknown)
                    .isInstanceOf(RetryableException.class)
                    .hasMessageContaining("found=no address for the host");
            assertThat(trace(unknown)).doesNotContain(TOKEN);
        }
    }

    private byte[] read(ObjectMetadata object, int lengthBytes) {
        byte[] destination = new byte[lengthBytes];
        store.read(object, 0, MemorySegment.ofArray(destination)).block();
        return destination;
    }

    private static String trace(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
