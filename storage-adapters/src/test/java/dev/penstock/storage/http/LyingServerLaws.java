package dev.penstock.storage.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.net.httpserver.HttpServer;
import dev.penstock.error.CorruptDataException;
import dev.penstock.error.RetryableException;
import dev.penstock.error.StoreAccessException;
import dev.penstock.error.WrongAnswerException;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ReadTarget;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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
    private record Answer(int status, @Nullable String contentRange, int statedBytes, int sentBytes) {}

    @BeforeEach
    void start() throws IOException {
        new Random(1).nextBytes(bytes);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            Answer given = answer;
            int from = given.status() == 200 ? 0 : FIRST;
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
    @ValueSource(strings = {"bytes 101-300/1000", "bytes 100-298/1000", "bytes 100-300/1000", "bytes 0-199/1000"})
    void anotherRangeIsAWrongAnswer(String range) {
        assertThat(failureOf(new Answer(206, range, LENGTH, LENGTH)))
                .isInstanceOf(WrongAnswerException.class)
                .hasMessage(
                        "object read failed: uri=" + store.root() + ", key=a.bin, range=[100, 300),"
                                + " expected=bytes 100-299, found=" + range.replace("/1000", "")
                                + "; check the server and the caches before it: they must answer the ranges they are asked for");
        assertThat(filledBytes).isZero();
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
