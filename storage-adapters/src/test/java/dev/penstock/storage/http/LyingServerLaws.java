package dev.penstock.storage.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.net.httpserver.HttpServer;
import dev.penstock.error.CorruptDataException;
import dev.penstock.error.RetryableException;
import dev.penstock.error.StoreAccessException;
import dev.penstock.error.WrongAnswerException;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.Patience;
import dev.penstock.store.ReadTarget;
import dev.penstock.store.RetriedStore;
import dev.penstock.store.RetryPolicy;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What becomes of answers that are not the ones asked for: the same for every store that speaks HTTP.
public abstract class LyingServerLaws {

    private static final String ETAG = "\"e\"";
    private static final int OBJECT_BYTES = 1000;
    private static final int FIRST = 100;
    private static final int LENGTH = 200;
    private static final String RANGE = "bytes 100-299/1000";

    private final byte[] bytes = new byte[OBJECT_BYTES];
    private HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private ObjectStore store;
    private final ObjectMetadata object = new ObjectMetadata("a.bin", OBJECT_BYTES, ETAG);
    private int filledBytes;
    private volatile Answer answer = new Answer(206, RANGE, LENGTH, LENGTH);

    /// @param statedBytes the `Content-Length`; 0 for a chunked body, which states none
    /// @param sentBytes of the object, from the first one that is asked for
    private record Answer(int status, @Nullable String contentRange, int statedBytes, int firstByte, int sentBytes) {

        Answer(int status, @Nullable String contentRange, int statedBytes, int sentBytes) {
            this(status, contentRange, statedBytes, status == 200 ? 0 : FIRST, sentBytes);
        }
    }

    /// The longest range that is answered; 0 for the fixed answer.
    private volatile int capBytes;

    private Answer capped(String range) {
        String[] span = range.substring("bytes=".length()).split("-", 2);
        int first = Integer.parseInt(span[0]);
        int last = Math.min(Integer.parseInt(span[1]), first + capBytes - 1);
        int length = last - first + 1;
        return new Answer(206, "bytes " + first + "-" + last + "/" + OBJECT_BYTES, length, first, length);
    }

    @BeforeEach
    void start() throws IOException {
        new Random(1).nextBytes(bytes);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            Answer given =
                    capBytes == 0 ? answer : capped(exchange.getRequestHeaders().getFirst("Range"));
            int from = given.firstByte();
            exchange.getResponseHeaders().set("ETag", ETAG);
            if (given.contentRange() != null) {
                exchange.getResponseHeaders().set("Content-Range", given.contentRange());
            }
            exchange.sendResponseHeaders(given.status(), given.statedBytes());
            try (exchange) {
                exchange.getResponseBody().write(bytes, from, given.sentBytes());
                exchange.getResponseBody().flush();
            }
        });
        server.start();
        store = open(URI.create("http://localhost:" + server.getAddress().getPort()));
    }

    /// A store of which every object lies on this server.
    protected abstract ObjectStore open(URI server);

    @AfterEach
    void close() {
        store.close();
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void anHonestAnswerIsTaken() {
        assertThat(failureOf(new Answer(206, RANGE, LENGTH, LENGTH))).isNull();
    }

    @Test
    void theSizeOfTheWholeMayBeUnknown() {
        assertThat(failureOf(new Answer(206, "bytes 100-299/*", 0, LENGTH))).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes 101-300/1000", "bytes 100-300/1000", "bytes 0-199/1000", "bytes 100-99/1000"})
    void anotherRangeIsAWrongAnswer(String range) {
        assertThat(failureOf(new Answer(206, range, LENGTH, LENGTH)))
                .isInstanceOf(WrongAnswerException.class)
                .hasMessage(
                        "object read failed: uri=" + store.root() + ", key=a.bin, range=[100, 300),"
                                + " expected=bytes 100-299, found=" + range.replace("/1000", "")
                                + "; check the server and the caches before it: they must answer the ranges they are asked for");
        assertThat(filledBytes).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 50})
    void theBeginningOfTheRangeIsTakenAndTheRestMayBeAskedFor(int statedBytes) {
        assertThat(failureOf(new Answer(206, "bytes 100-149/1000", statedBytes, 50)))
                .isInstanceOf(RetryableException.class)
                .isNotInstanceOf(WrongAnswerException.class)
                .hasMessageContaining("range=[100, 300), found=its first 50 bytes alone");
        assertThat(filledBytes).isEqualTo(50);
    }

    @Test
    void aBodyLongerThanTheBeginningThatItIsSaidToBeIsAWrongAnswer() {
        assertThat(failureOf(new Answer(206, "bytes 100-149/1000", 51, 51)))
                .isInstanceOf(WrongAnswerException.class)
                .hasMessageContaining("found=a body of 51 bytes");
        assertThat(failureOf(new Answer(206, "bytes 100-149/1000", 0, 51)))
                .isInstanceOf(WrongAnswerException.class)
                .hasMessageContaining("found=more bytes than that");
    }

    @Test
    void aServerWithALongestRangeIsAskedForTheRest() {
        capBytes = 60;
        LongAdder requests = new LongAdder();
        Patience quick = new Patience(new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(1)), _ -> {});
        byte[] memory = new byte[LENGTH];
        // Closed with the store below it.
        RetriedStore retried = new RetriedStore(store, quick, requests);
        retried.read(object, FIRST, MemorySegment.ofArray(memory)).block();
        assertThat(memory).isEqualTo(Arrays.copyOfRange(bytes, FIRST, FIRST + LENGTH));
        assertThat(requests.sum()).isEqualTo(4);
    }

    @Test
    void whatAServerSaysBeforeItsAnswerIsSkipped() throws IOException {
        String answer = "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
                + head("Content-Length: " + LENGTH)
                + text(LENGTH);
        try (RawServer raw = RawServer.answering(answer);
                ObjectStore hinting = open(URI.create("http://localhost:" + raw.port()))) {
            byte[] memory = new byte[LENGTH];
            hinting.read(object, FIRST, MemorySegment.ofArray(memory)).block();
            assertThat(memory).isEqualTo(Arrays.copyOfRange(bytes, FIRST, FIRST + LENGTH));
        }
    }

    @Test
    void aBodyThatIsGarbledOnItsWayMayBeMendedAndItsBytesStay() throws IOException {
        String answer = head("Transfer-Encoding: chunked") + "5\r\n" + text(5) + "\r\nZZZ\r\n";
        try (RawServer raw = RawServer.answering(answer);
                ObjectStore garbling = open(URI.create("http://localhost:" + raw.port()))) {
            byte[] memory = new byte[LENGTH];
            ReadTarget target = new ReadTarget(MemorySegment.ofArray(memory));
            assertThatThrownBy(() -> garbling.read(object, FIRST, target).block())
                    .isInstanceOf(RetryableException.class)
                    .hasMessageContaining("key=a.bin, range=[100, 300), found=a garbled body");
            assertThat(target.filledBytes()).isEqualTo(5);
        }
    }

    private static String head(String framing) {
        return "HTTP/1.1 206 Partial Content\r\nETag: " + ETAG + "\r\nContent-Range: " + RANGE + "\r\n" + framing
                + "\r\n\r\n";
    }

    private String text(int lengthBytes) {
        return new String(bytes, FIRST, lengthBytes, StandardCharsets.ISO_8859_1);
    }

    @Test
    void anAnswerThatNamesNoRangeIsAWrongAnswer() {
        assertThat(failureOf(new Answer(206, null, LENGTH, LENGTH)))
                .isInstanceOf(WrongAnswerException.class)
                .hasMessageContaining("found=no Content-Range");
        assertThat(failureOf(new Answer(206, "items 100-299/1000", LENGTH, LENGTH)))
                .isInstanceOf(WrongAnswerException.class)
                .hasMessageContaining("found=a Content-Range of no known form");
    }

    @Test
    void aBodyThatSaysItIsLongerIsAWrongAnswerBeforeItsFirstByte() {
        assertThat(failureOf(new Answer(206, RANGE, LENGTH + 1, LENGTH + 1)))
                .isInstanceOf(WrongAnswerException.class)
                .hasMessageContaining("expected=bytes 100-299, found=a body of 201 bytes");
        assertThat(filledBytes).isZero();
    }

    @Test
    void aBodyThatTurnsOutLongerIsAWrongAnswer() {
        assertThat(failureOf(new Answer(206, RANGE, 0, LENGTH + 1)))
                .isInstanceOf(WrongAnswerException.class)
                .hasMessageContaining("expected=bytes 100-299, found=more bytes than that");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, LENGTH - 50, LENGTH})
    void aBodyThatEndsEarlyMayBeMendedAndItsBytesStay(int statedBytes) {
        assertThat(failureOf(new Answer(206, RANGE, statedBytes, LENGTH - 50)))
                .isInstanceOf(RetryableException.class)
                .isNotInstanceOf(WrongAnswerException.class)
                .hasMessageContaining("key=a.bin");
        assertThat(filledBytes).isEqualTo(LENGTH - 50);
    }

    @Test
    void anotherSizeOfTheWholeIsAnotherObject() {
        assertThat(failureOf(new Answer(206, "bytes 100-299/999", LENGTH, LENGTH)))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("expected=1000 bytes")
                .hasMessageContaining("found=999 bytes");
    }

    @Test
    void aServerWithoutRangesServesOnlyTheWhole() {
        assertThat(failureOf(new Answer(200, null, OBJECT_BYTES, OBJECT_BYTES)))
                .isInstanceOf(StoreAccessException.class)
                .hasMessageContaining("expected=206 Partial Content, found=200 OK");
        byte[] whole = new byte[OBJECT_BYTES];
        store.read(object, 0, MemorySegment.ofArray(whole)).block();
        assertThat(whole).isEqualTo(bytes);
    }

    /// Reads the range, and checks that no byte of it is a wrong one.
    private @Nullable Throwable failureOf(Answer given) {
        answer = given;
        byte[] memory = new byte[LENGTH];
        ReadTarget tried = new ReadTarget(MemorySegment.ofArray(memory));
        Throwable failure =
                catchThrowable(() -> store.read(object, FIRST, tried).block());
        int filled = (int) tried.filledBytes();
        assertThat(Arrays.copyOf(memory, filled)).isEqualTo(Arrays.copyOfRange(bytes, FIRST, FIRST + filled));
        assertThat(failure != null || filled == LENGTH).isTrue();
        filledBytes = filled;
        return failure;
    }
}
