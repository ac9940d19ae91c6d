package dev.penstock.bench.s3server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.penstock.bench.s3server.Fault.Stalls.Where;
import dev.penstock.bench.s3server.ServerConfig.Access;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Every fault, as a client that knows nothing of it sees it.
class FaultsTest {

    private static final int REQUESTS = 400;
    private static final long SEED = 20_261_121;

    private final S3Server server = S3Server.start(
            ServerConfig.of("bucket", new AccessKey("id", "secret")).withAccess(Access.PUBLIC_READ));
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final byte[] content = new byte[300_000];

    @BeforeEach
    void put() {
        new Random(SEED).nextBytes(content);
        server.put("bucket", "dir/key", HeldContent.of(content));
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    /// What came of one read of `[from, from + 1000)`.
    private sealed interface Outcome {
        /// @param body empty where an error, which names its request, is the answer
        record Answered(int status, String contentRange, ByteBuffer body) implements Outcome {}

        record Broken() implements Outcome {}
    }

    /// Over a socket of its own: the JDK's client would ask again behind our back when a connection breaks.
    private Outcome read(int from) {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.endpoint().getPort())) {
            String request = "GET /bucket/dir/key HTTP/1.1\r\nHost: x\r\nRange: bytes=%d-%d\r\n\r\n";
            socket.getOutputStream().write(request.formatted(from, from + 999).getBytes(US_ASCII));
            BufferedInputStream in = new BufferedInputStream(socket.getInputStream());
            int status = Integer.parseInt(line(in).substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length()));
            Map<String, String> headers = new HashMap<>();
            for (String header = line(in); !header.isEmpty(); header = line(in)) {
                int colon = header.indexOf(':');
                headers.put(header.substring(0, colon).toLowerCase(Locale.ROOT), header.substring(colon + 2));
            }
            int length = Integer.parseInt(headers.get("content-length"));
            byte[] body = in.readNBytes(length);
            if (body.length < length) {
                return new Outcome.Broken();
            }
            ByteBuffer bytes = ByteBuffer.wrap(status == 206 ? body : new byte[0]);
            return new Outcome.Answered(status, headers.getOrDefault("content-range", ""), bytes);
        } catch (IOException broken) {
            return new Outcome.Broken();
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0) {
                throw new EOFException();
            }
            line.append((char) octet);
        }
        return line.toString().strip();
    }

    private HttpResponse<byte[]> get(String key, String range) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server.endpoint() + "/bucket/" + key))
                .header("Range", range)
                .build();
        return client.send(request, BodyHandlers.ofByteArray());
    }

    private List<Outcome> reads() {
        List<Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            outcomes.add(read(i));
        }
        return outcomes;
    }

    private boolean isRight(Outcome outcome, int from) {
        String range = "bytes %d-%d/%d".formatted(from, from + 999, content.length);
        return outcome.equals(new Outcome.Answered(206, range, ByteBuffer.wrap(content, from, 1000)));
    }

    private static long count(List<Outcome> outcomes, Outcome wanted) {
        return outcomes.stream().filter(wanted::equals).count();
    }

    private static List<Outcome.Answered> withStatus(List<Outcome> outcomes, int status) {
        return outcomes.stream()
                .filter(outcome -> outcome instanceof Outcome.Answered answered && answered.status() == status)
                .map(Outcome.Answered.class::cast)
                .toList();
    }

    private void assertShare(FaultKind kind, double share, long seen) {
        assertThat(server.counters().faults(kind)).as("%s, seed %d", kind, SEED).isEqualTo(seen);
        assertThat((double) seen / REQUESTS).as("%s, seed %d", kind, SEED).isCloseTo(share, within(share / 2));
    }

    @Test
    void withoutFaultsEveryReadIsRight() {
        List<Outcome> outcomes = reads();
        for (int i = 0; i < REQUESTS; i++) {
            assertThat(isRight(outcomes.get(i), i)).as("read %d", i).isTrue();
        }
        assertThat(server.counters().faults()).isEmpty();
        assertThat(server.counters().requests(Operation.GET_OBJECT)).isEqualTo(REQUESTS);
        assertThat(server.counters().bodyBytes()).isEqualTo(1000L * REQUESTS);
        assertThat(server.counters().sentBytes()).isBetween(1000L * REQUESTS, 1600L * REQUESTS);
        assertThat(server.counters().connections()).isEqualTo(REQUESTS);
    }

    @Test
    void slowDownsComeInBursts() {
        server.inject(Faults.of(SEED, new Fault.SlowDowns(0.1, 4)));
        List<Outcome> outcomes = reads();
        assertShare(FaultKind.SLOW_DOWN, 0.1, withStatus(outcomes, 503).size());
        int run = 0;
        for (Outcome outcome : outcomes) {
            boolean slowedDown = outcome instanceof Outcome.Answered answered && answered.status() == 503;
            assertThat(slowedDown || run == 0 || run >= 4).as("seed %d", SEED).isTrue();
            run = slowedDown ? run + 1 : 0;
        }
    }

    @Test
    void resetsBreakTheConnection() {
        server.inject(Faults.of(SEED, new Fault.Resets(0.1)));
        assertShare(FaultKind.RESET, 0.1, count(reads(), new Outcome.Broken()));
    }

    @Test
    void truncatedBodiesAreShorterThanPromised() {
        server.inject(Faults.of(SEED, new Fault.Truncations(0.1)));
        assertShare(FaultKind.TRUNCATION, 0.1, count(reads(), new Outcome.Broken()));
    }

    @Test
    void aFlippedByteIsTheOnlyWrongOne() {
        server.inject(Faults.of(SEED, new Fault.FlippedBytes(0.1)));
        List<Outcome> outcomes = reads();
        int flipped = 0;
        for (int i = 0; i < REQUESTS; i++) {
            ByteBuffer body = ((Outcome.Answered) outcomes.get(i)).body();
            int wrong = 0;
            for (int at = 0; at < 1000; at++) {
                wrong += body.get(at) == content[i + at] ? 0 : 1;
            }
            assertThat(wrong).isLessThanOrEqualTo(1);
            flipped += wrong;
        }
        assertShare(FaultKind.FLIPPED_BYTE, 0.1, flipped);
    }

    @Test
    void aWrongRangeSaysWhichBytesItHas() {
        server.inject(Faults.of(SEED, new Fault.WrongRanges(0.1)));
        List<Outcome> outcomes = reads();
        int wrong = 0;
        for (int i = 0; i < REQUESTS; i++) {
            if (!isRight(outcomes.get(i), i)) {
                assertThat(isRight(outcomes.get(i), i == 0 ? 1 : i - 1))
                        .as("read %d", i)
                        .isTrue();
                wrong++;
            }
        }
        assertShare(FaultKind.WRONG_RANGE, 0.1, wrong);
    }

    @Test
    void stallsAreCountedAndLoseNothing() {
        StallLength length = new StallLength.Pareto(Duration.ofNanos(1000), 1.5, Duration.ofMillis(20));
        for (Where where : Where.values()) {
            long before = server.counters().faults(FaultKind.STALL);
            server.inject(Faults.of(SEED, new Fault.Stalls(0.1, length, where)));
            List<Outcome> outcomes = reads();
            for (int i = 0; i < REQUESTS; i++) {
                assertThat(isRight(outcomes.get(i), i)).as("read %d", i).isTrue();
            }
            assertThat((server.counters().faults(FaultKind.STALL) - before) / (double) REQUESTS)
                    .as("%s, seed %d", where, SEED)
                    .isCloseTo(0.1, within(0.05));
        }
    }

    /// A wait is never shorter than it should be, however busy the machine is.
    @Test
    void latencyStallsAndRatesTakeTheirTime() throws Exception {
        Duration wait = Duration.ofMillis(50);
        List<Fault> slow = List.of(
                new Fault.FirstByteLatency(wait),
                new Fault.Stalls(1, new StallLength.Fixed(wait), Where.BEFORE_FIRST_BYTE),
                new Fault.Stalls(1, new StallLength.Fixed(wait), Where.MID_BODY),
                // 300,000 bytes, of which the last piece and a burst of 262,144 come early, if anything does.
                new Fault.ConnectionRate(300_000),
                new Fault.OriginRate(300_000));
        for (Fault fault : slow) {
            server.inject(Faults.of(SEED, fault));
            // The first read takes what the burst has saved.
            get("dir/key", "bytes=0-299999");
            long start = System.nanoTime();
            assertThat(get("dir/key", "bytes=0-299999").body()).isEqualTo(content);
            assertThat(System.nanoTime() - start).as("%s", fault).isGreaterThanOrEqualTo(wait.toNanos());
        }
    }

    @Test
    void aPrefixThatIsAskedTooOftenIsSlowedDownAloneAndRecovers() throws Exception {
        server.put("bucket", "other/key", HeldContent.of(content));
        server.inject(Faults.of(SEED, new Fault.PrefixRate(100)));
        long refused = withStatus(reads(), 503).size();
        assertThat(refused).isPositive();
        assertThat(server.counters().faults(FaultKind.PREFIX_SLOW_DOWN)).isEqualTo(refused);
        assertThat(get("other/key", "bytes=0-9").statusCode()).isEqualTo(206);
    }

    @Test
    void theSameSeedAndRequestsHaveTheSameFaults() {
        Faults faults = Faults.of(
                SEED,
                new Fault.SlowDowns(0.1, 3),
                new Fault.Resets(0.05),
                new Fault.Truncations(0.05),
                new Fault.FlippedBytes(0.05),
                new Fault.WrongRanges(0.05));
        server.inject(faults);
        List<Outcome> first = reads();
        server.inject(faults);
        assertThat(reads()).isEqualTo(first);
        server.inject(new Faults(SEED + 1, faults.faults()));
        assertThat(reads()).isNotEqualTo(first);
    }

    @Test
    void aReplacedObjectHasOtherBytesAndAnotherETag() throws Exception {
        server.inject(Faults.of(SEED, new Fault.ObjectReplaced(3)));
        String eTag = get("dir/key", "bytes=0-9").headers().firstValue("ETag").orElseThrow();
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            HttpRequest pinned = HttpRequest.newBuilder(URI.create(server.endpoint() + "/bucket/dir/key"))
                    .header("If-Match", eTag)
                    .build();
            statuses.add(client.send(pinned, BodyHandlers.ofByteArray()).statusCode());
        }
        assertThat(statuses).containsExactly(200, 412, 412);
        HttpResponse<byte[]> replaced = get("dir/key", "bytes=0-");
        assertThat(replaced.body()).hasSize(content.length).isNotEqualTo(content);
        assertThat(replaced.headers().firstValue("ETag")).isPresent().isNotEqualTo(Optional.of(eTag));
        assertThat(server.counters().faults(FaultKind.REPLACED_OBJECT)).isEqualTo(1);
    }
}
