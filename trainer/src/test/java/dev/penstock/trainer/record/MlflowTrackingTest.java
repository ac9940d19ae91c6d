package dev.penstock.trainer.record;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.trainer.PythonProgram;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class MlflowTrackingTest {

    private static final Duration PATIENT = Duration.ofSeconds(30);
    private static final Duration IMPATIENT = Duration.ofMillis(200);

    @TempDir
    private Path directory;

    private MlflowRun run(URI server) {
        return new MlflowRun(
                server,
                "penstock",
                "run",
                directory.resolve("mlflow-run"),
                Map.of("seed", "5", "uri", "x".repeat(9000)),
                Map.of("mlflow.source.git.commit", "abc"));
    }

    private static StepMetrics step(long step) {
        return new StepMetrics(
                step, Instant.ofEpochMilli(1_700_000_000_000L + step), new LinkedHashMap<>(Map.of("loss", step / 2.0)));
    }

    /// Records steps as a run would, and closes.
    private SinkCounters train(URI server, Duration patience, long begin, long end) {
        MlflowTracking tracking = MlflowTracking.start(run(server), patience);
        try (tracking) {
            for (long step = begin; step < end; step++) {
                tracking.record(step(step));
            }
            tracking.complete();
        }
        return tracking.counters();
    }

    private static List<String> losses(long begin, long end) {
        return LongStream.range(begin, end)
                .mapToObj(step -> step + " loss " + step / 2.0)
                .toList();
    }

    @Test
    void everyStepArrivesOnceAndTheRunIsFinished() throws IOException {
        try (TrackingServer server = new TrackingServer()) {
            SinkCounters counters = train(server.uri(), PATIENT, 0, 250);

            assertThat(server.metrics()).isEqualTo(losses(0, 250));
            assertThat(server.parameters()).contains("seed=5").hasSize(2);
            assertThat(server.statuses()).containsExactly("FINISHED");
            assertThat(counters.delivered()).isEqualTo(250);
            assertThat(counters.missing()).isZero();
            assertThat(directory.resolve("mlflow-run")).hasContent(TrackingServer.RUN);
        }
    }

    @Test
    void resumedRunSendsWhatTheServerLacks() throws IOException {
        try (TrackingServer server = new TrackingServer()) {
            train(server.uri(), PATIENT, 0, 10);
            SinkCounters counters = train(server.uri(), PATIENT, 5, 15);

            assertThat(server.metrics()).isEqualTo(losses(0, 15));
            assertThat(server.parameters()).hasSize(2);
            assertThat(counters.missing()).isZero();
        }
    }

    @Test
    void brokenServerIsAskedAgain() throws IOException {
        try (TrackingServer server = new TrackingServer()) {
            server.fail(500, 3);
            server.fail(503, 4);
            SinkCounters counters = train(server.uri(), PATIENT, 0, 3);

            assertThat(server.metrics()).isEqualTo(losses(0, 3));
            assertThat(counters.missing()).isZero();
            assertThat(counters.failure().orElseThrow()).contains("503");
        }
    }

    @Test
    void whatTheServerRefusesIsMissing() throws IOException {
        try (TrackingServer server = new TrackingServer()) {
            server.fail(400, 3);
            SinkCounters counters = train(server.uri(), PATIENT, 0, 3);

            assertThat(counters.delivered() + counters.missing()).isEqualTo(3);
            assertThat(counters.missing()).isPositive();
            assertThat(counters.failure().orElseThrow()).contains("400");
            assertThat(server.statuses()).containsExactly("FINISHED");
        }
    }

    @Test
    void absentServerCostsItsOwnCurvesOnly() throws IOException {
        URI nobody = URI.create("http://user:secret@127.0.0.1:" + freePort());

        SinkCounters counters = train(nobody, IMPATIENT, 0, 12_000);

        assertThat(counters.delivered()).isZero();
        assertThat(counters.missing()).isEqualTo(12_000);
        assertThat(counters.failure().orElseThrow()).doesNotContain("secret");
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }

    @Test
    void silentServerIsNotWaitedFor() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            URI uri = URI.create("http://127.0.0.1:" + silent.getLocalPort());

            assertThat(train(uri, IMPATIENT, 0, 20_000).missing()).isEqualTo(20_000);
        }
    }

    @Test
    void userAndPasswordOfTheUriAreSentAsAHeader() throws IOException {
        try (TrackingServer server = new TrackingServer()) {
            URI uri = URI.create(server.uri().toString().replace("//", "//ada:pw@"));
            train(uri, PATIENT, 0, 1);

            assertThat(server.authorizations()).isNotEmpty().containsOnly("Basic YWRhOnB3");
        }
    }

    @Test
    void realServerHoldsTheCurve() throws Exception {
        PythonProgram reader = PythonProgram.of("mlflow_server.py");
        int port = freePort();
        Path log = directory.resolve("server.log");
        Process server = reader.start(log, "serve", directory.resolve("store"), port);
        try {
            URI uri = URI.create("http://127.0.0.1:" + port);
            reader.run("wait", uri);
            assertThat(train(uri, PATIENT, 0, 6).missing())
                    .as(Files.readString(log))
                    .isZero();
            train(uri, PATIENT, 4, 8);

            assertThat(reader.run(
                            "read",
                            uri,
                            Files.readString(directory.resolve("mlflow-run")).strip()))
                    .containsExactly(
                            "FINISHED",
                            "seed=5",
                            "0 0.0",
                            "1 0.5",
                            "2 1.0",
                            "3 1.5",
                            "4 2.0",
                            "5 2.5",
                            "6 3.0",
                            "7 3.5");
        } finally {
            server.descendants().forEach(ProcessHandle::destroyForcibly);
            server.destroyForcibly().waitFor();
        }
    }
}
