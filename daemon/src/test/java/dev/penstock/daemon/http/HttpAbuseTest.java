package dev.penstock.daemon.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.daemon.server.Daemon;
import dev.penstock.daemon.server.TestDaemon;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Clients that mean harm, or are broken: each costs a bounded amount, and the endpoint answers the next one.
@Timeout(60)
class HttpAbuseTest {

    private static final String HEALTH = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n";
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Duration SHORT = Duration.ofMillis(300);

    @TempDir
    private Path scratch;

    private Daemon daemon;

    @BeforeEach
    void serve() {
        daemon = TestDaemon.open(scratch.resolve("socket"));
    }

    @AfterEach
    void stop() {
        daemon.close();
    }

    private HttpEndpoint open(Duration lifetime) {
        return HttpEndpoint.open(
                new HttpConfig(HttpEndpointTest.anyPort(), Optional.empty(), Optional.empty()),
                daemon,
                () -> "",
                lifetime);
    }

    private static Socket connect(HttpEndpoint endpoint) throws IOException {
        return new Socket(endpoint.address().getAddress(), endpoint.address().getPort());
    }

    private static void send(Socket socket, String text) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    /// Everything until the server closes; a reset is an end too.
    private static String rest(Socket socket) {
        StringBuilder all = new StringBuilder();
        try {
            InputStream in = socket.getInputStream();
            for (int next = in.read(); next >= 0; next = in.read()) {
                all.append((char) next);
            }
        } catch (IOException reset) {
            return all.toString();
        }
        return all.toString();
    }

    private static void assertAnswers(HttpEndpoint endpoint) throws IOException {
        try (Socket socket = connect(endpoint)) {
            send(socket, HEALTH);
            assertThat(rest(socket)).startsWith("HTTP/1.1 200 OK");
        }
    }

    @Test
    void garbageEndsItsOwnConnection() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (HttpEndpoint endpoint = open(LONG)) {
            for (int round = 0; round < 50; round++) {
                byte[] bytes = new byte[1 + random.nextInt(2048)];
                random.nextBytes(bytes);
                try (Socket socket = connect(endpoint)) {
                    socket.getOutputStream().write(bytes);
                    socket.getOutputStream().write("\r\n\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
                    socket.shutdownOutput();
                    assertThat(rest(socket)).as("seed %d", seed).doesNotContain("200 OK");
                } catch (SocketException closedBeforeAllWasSent) {
                    assertAnswers(endpoint);
                }
            }
            assertAnswers(endpoint);
        }
    }

    @Test
    void aHeaderWithoutEndIsCutOff() throws IOException {
        try (HttpEndpoint endpoint = open(LONG);
                Socket socket = connect(endpoint)) {
            send(socket, "GET /health HTTP/1.1\r\n");
            String line = "X: " + "y".repeat(1000) + "\r\n";
            assertThat(sendUntilClosed(socket, line, 100_000)).isLessThan(100_000);
            assertAnswers(endpoint);
        }
    }

    @Test
    void aLineWithoutEndIsCutOff() throws IOException {
        try (HttpEndpoint endpoint = open(LONG);
                Socket socket = connect(endpoint)) {
            send(socket, "GET /");
            assertThat(sendUntilClosed(socket, "y".repeat(1000), 100_000)).isLessThan(100_000);
            assertAnswers(endpoint);
        }
    }

    private static int sendUntilClosed(Socket socket, String part, int most) {
        for (int sent = 0; sent < most; sent++) {
            try {
                send(socket, part);
            } catch (IOException closed) {
                return sent;
            }
        }
        return most;
    }

    @Test
    void requestsBehindTheFirstOneAreDropped() throws IOException {
        try (HttpEndpoint endpoint = open(LONG);
                Socket socket = connect(endpoint)) {
            send(socket, HEALTH.repeat(20));
            String answers = rest(socket);
            assertThat(answers.split("HTTP/1.1 ", -1)).as(answers).hasSize(2);
            assertAnswers(endpoint);
        }
    }

    @Test
    void aClientThatSendsSlowlyIsClosedAfterItsTime() throws IOException {
        try (HttpEndpoint endpoint = open(SHORT);
                Socket silent = connect(endpoint);
                Socket trickling = connect(endpoint)) {
            send(trickling, "GET /health HTTP/1.1\r\n");
            assertThat(rest(silent)).isEmpty();
            assertThat(rest(trickling)).isEmpty();
            assertAnswers(endpoint);
        }
    }

    @Test
    void beyondTheLimitTheOldestConnectionWithoutAWholeRequestMakesRoom() throws IOException {
        try (HttpEndpoint endpoint = open(LONG)) {
            List<Socket> halfSent = new ArrayList<>(List.of(connect(endpoint)));
            for (int i = 1; i < HttpEndpoint.MOST_CONNECTIONS; i++) {
                Socket socket = connect(endpoint);
                send(socket, "GET /health HTTP/1.1\r\n");
                halfSent.add(socket);
            }
            assertAnswers(endpoint);
            assertThat(rest(halfSent.getFirst())).isEmpty();
            Socket youngest = halfSent.getLast();
            send(youngest, "Host: x\r\n\r\n");
            assertThat(rest(youngest)).startsWith("HTTP/1.1 200 OK");
            for (Socket socket : halfSent) {
                socket.close();
            }
        }
    }
}
