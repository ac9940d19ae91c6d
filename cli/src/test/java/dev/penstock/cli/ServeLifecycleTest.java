package dev.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.batch.Batch;
import dev.penstock.daemon.client.ReconnectPolicy;
import dev.penstock.daemon.client.RemoteLoader;
import dev.penstock.daemon.protocol.AttachRequest;
import dev.penstock.daemon.protocol.FrameReader;
import dev.penstock.daemon.protocol.FrameType;
import dev.penstock.daemon.protocol.FrameWriter;
import dev.penstock.daemon.protocol.Hello;
import dev.penstock.daemon.socket.LocalSocket;
import dev.penstock.error.RetryableException;
import dev.penstock.loader.BatchIterator;
import dev.penstock.process.NotifySocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// How a daemon begins and ends as a service.
@Timeout(120)
class ServeLifecycleTest {

    @TempDir
    private Path directory;

    private Path socket;

    @BeforeEach
    void name() {
        socket = directory.resolve("socket");
    }

    private RemoteLoader attach(String uri) {
        return RemoteLoader.attach(socket, AttachRequest.of("a", uri, Map.of("batch", "8")), ReconnectPolicy.never());
    }

    @Test
    void theServiceManagerHearsOfReadinessAndOfTheStopWhichSucceeds() throws Exception {
        try (NotifySocket manager =
                        NotifySocket.bind(directory.resolve("notify").toString());
                ServingProcess daemon = ServingProcess.start(
                        List.of("NOTIFY_SOCKET=" + manager.address(), "WATCHDOG_USEC=100000"),
                        "--socket",
                        socket,
                        "--http",
                        "0")) {
            assertThat(manager.next()).isEqualTo("READY=1\nSTATUS=" + daemon.firstLine());
            assertThat(manager.next()).isEqualTo("WATCHDOG=1");
            assertThat(daemon.get("/ready").statusCode()).isEqualTo(200);
            assertThat(daemon.get("/health").statusCode()).isEqualTo(200);

            daemon.signal("TERM");

            assertThat(untilStopping(manager)).isEqualTo("STOPPING=1\nSTATUS=stopping");
            assertThat(daemon.exitCode()).isEqualTo(ExitCode.DONE);
            assertThat(socket).doesNotExist();
        }
    }

    private static String untilStopping(NotifySocket manager) {
        String message = manager.next();
        while (message.equals("WATCHDOG=1")) {
            message = manager.next();
        }
        return message;
    }

    @Test
    void clientsAreToldAndOnesThatHangDelayNothing() throws Exception {
        String shards = SmallDataset.packed(directory).toUri().toString();
        try (ServingProcess daemon = ServingProcess.at(socket);
                LocalSocket _ = LocalSocket.connect(socket);
                LocalSocket watcher = LocalSocket.connect(socket);
                RemoteLoader loader = attach(shards);
                BatchIterator batches = loader.iterator()) {
            Batch held = batches.next();
            new FrameWriter(watcher::send).write(Hello.ofThisVersion());
            FrameReader frames = new FrameReader(watcher::receive);
            assertThat(frames.next().type()).isEqualTo(FrameType.WELCOME);

            daemon.signal("TERM");

            assertThat(daemon.exitCode()).isEqualTo(ExitCode.DONE);
            assertThat(frames.next().type()).isEqualTo(FrameType.GOODBYE);
            assertThat(frames.next()).isNull();
            assertThat(held.values(0).byteSize()).isPositive();
            held.close();
            assertThatThrownBy(() -> batches.forEachRemaining(Batch::close)).isInstanceOf(RetryableException.class);
        }
    }

    @Test
    void anInterruptFromTheTerminalIsReportedAsOne() throws Exception {
        try (ServingProcess daemon = ServingProcess.at(socket)) {
            daemon.signal("INT");

            assertThat(daemon.exitCode()).isEqualTo(ExitCode.INTERRUPTED);
            assertThat(socket).doesNotExist();
        }
    }

    @Test
    void aSignalThatIsSentTwiceAtOnceIsOne() throws Exception {
        try (ServingProcess daemon = ServingProcess.at(socket)) {
            daemon.signal("TERM", "TERM");

            assertThat(daemon.exitCode()).isEqualTo(ExitCode.DONE);
        }
    }

    @Test
    void aTokenIsNeverInTheLogEvenWhereItWasSentInTheClear() throws Exception {
        String token = "0123456789-a-token-that-nobody-may-read";
        Path log = directory.resolve("log");
        Path tokenFile = Files.writeString(directory.resolve("token"), token);
        Files.setPosixFilePermissions(tokenFile, PosixFilePermissions.fromString("rw-------"));
        PemFiles pem = PemFiles.in(directory);
        try (ServingProcess daemon = ServingProcess.logging(
                log,
                "--socket",
                socket,
                "--http=0",
                "--token-file=" + tokenFile,
                "--tls-cert=" + pem.certificate(),
                "--tls-key=" + pem.key(),
                "--verbose")) {
            for (String line : List.of("GET /v1/jobs HTTP/1.1", token, "Bearer " + token + " HTTP/1.1")) {
                try (Socket plain = daemon.connect()) {
                    plain.getOutputStream()
                            .write((line + "\r\nAuthorization: Bearer " + token + "\r\n\r\n")
                                    .getBytes(StandardCharsets.UTF_8));
                    untilClosed(plain);
                }
            }
            daemon.signal("TERM");
            assertThat(daemon.exitCode()).isEqualTo(ExitCode.DONE);
        }
        assertThat(log).content().contains("DaemonConfig[").doesNotContain(token, hex(token));
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void untilClosed(Socket socket) {
        try {
            socket.getInputStream().readAllBytes();
        } catch (IOException reset) {
            assertThat(reset).isInstanceOf(SocketException.class);
        }
    }

    /// An origin that takes connections and never answers.
    @Test
    void aStopEndsInTimeThoughAnOriginDoesNotAnswer() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
                ServingProcess daemon = ServingProcess.at(socket, "--http", "0")) {
            attachInVain(silent);
            try (Socket _ = silent.accept()) {
                daemon.signal("TERM");

                assertThat(daemon.exitCode()).isEqualTo(ExitCode.DONE);
            }
        }
    }

    @Test
    void aLaterSignalEndsTheStopAtOnce() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
                ServingProcess daemon = ServingProcess.at(socket, "--http", "0")) {
            attachInVain(silent);
            try (Socket _ = silent.accept()) {
                daemon.signal("TERM");
                while (daemon.get("/ready").statusCode() == 200) {
                    Thread.onSpinWait();
                }
                assertThat(daemon.get("/ready").body()).contains("stopping");
                while (daemon.isAlive()) {
                    daemon.signal("TERM");
                }

                assertThat(daemon.exitCode()).isEqualTo(128 + 15);
            }
        }
    }

    private void attachInVain(ServerSocket silent) {
        String uri = "http://127.0.0.1:" + silent.getLocalPort() + "/shards";
        Thread.ofVirtual().start(() -> assertThatThrownBy(() -> attach(uri)).isInstanceOf(RuntimeException.class));
    }
}
