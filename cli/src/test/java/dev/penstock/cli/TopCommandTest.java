package dev.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.cli.option.AttachOptions;
import dev.penstock.daemon.client.ReconnectPolicy;
import dev.penstock.daemon.client.RemoteLoader;
import dev.penstock.daemon.protocol.AttachRequest;
import dev.penstock.daemon.server.Daemon;
import dev.penstock.daemon.server.DaemonConfig;
import dev.penstock.fetch.FetchConfig;
import dev.penstock.loader.BatchIterator;
import dev.penstock.memory.PageLocking;
import dev.penstock.process.ChildJvm;
import dev.penstock.tier.CacheConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `penstock top` over real daemons.
@Timeout(120)
class TopCommandTest {

    private static final String HOSTILE = "evil\u001b[2J\u009b1m\u202e\n job";

    @TempDir
    private Path directory;

    private Daemon serve(Path socket) {
        return Daemon.open(
                new DaemonConfig(
                        socket,
                        CacheConfig.defaults().withBlockBytes(1 << 16).withRamBytes(1 << 20),
                        FetchConfig.defaults(),
                        8 << 20,
                        2 << 20,
                        PageLocking.OFF),
                AttachOptions::parse);
    }

    private static RemoteLoader attach(Path socket, Path shards, String job, int rank) {
        return RemoteLoader.attach(
                socket,
                AttachRequest.of(
                        job,
                        shards.toUri().toString(),
                        Map.of("batch", "10", "epochs", "1", "ranks", "2", "rank", Integer.toString(rank))),
                ReconnectPolicy.never());
    }

    /// Waits until nothing moves: every client holds all it may.
    private static void awaitRest(Daemon daemon) {
        while (daemon.snapshot().jobs().stream()
                .flatMap(job -> job.clients().stream())
                .anyMatch(client -> client.held() < client.credits())) {
            Thread.onSpinWait();
        }
    }

    @Test
    void aFrameShowsEveryClientOfEveryJob() throws IOException {
        Path shards = SmallDataset.packed(directory);
        Path socket = directory.resolve("socket");
        Path json = directory.resolve("stats.json");
        CommandRun run;
        try (Daemon daemon = serve(socket);
                RemoteLoader one = attach(socket, shards, "trial-7", 0);
                RemoteLoader two = attach(socket, shards, "trial-7", 1);
                RemoteLoader other = attach(socket, shards, HOSTILE, 0);
                BatchIterator first = one.iterator();
                BatchIterator second = two.iterator();
                BatchIterator third = other.iterator()) {
            first.next().close();
            second.next().close();
            third.next().close();
            awaitRest(daemon);
            run = CommandRun.done("top", "--once", "--socket", socket, "--json", json);
        }

        assertThat(run.outLines().getFirst()).contains("2 jobs, 3 clients, 2 streams");
        assertThat(run.outLines()).anyMatch(line -> line.matches("RAM +[1-9].* of 1.05 MB, hits .*"));
        assertThat(run.outLines())
                .anyMatch(line -> line.matches("origin +[1-9].*/s; 0 hedges, 0 retries, 0 throttled"));
        assertThat(run.outLines()).anyMatch(line -> line.matches("slots +4.19 MB of 8.39 MB"));
        assertThat(run.outLines()).anyMatch(line -> line.matches("trial-7 .* 0 +5 +30 .* 4/4 .* trainer"));
        assertThat(run.outLines()).anyMatch(line -> line.matches("trial-7 .* 1 +5 +30 .* 4/4 .* trainer"));
        assertThat(run.outLines()).anyMatch(line -> line.startsWith("evil?[2J?1m?? job "));
        assertThat(run.out()).doesNotContain("\u001b", "\u009b", "\u202e");
        JsonNode stats = JsonMapper.shared().readTree(Files.readString(json));
        assertThat(stats.path("jobs").size()).isEqualTo(2);
        assertThat(stats.path("jobs").path(1).path("job").asString()).isEqualTo("trial-7");
        assertThat(stats.path("id").isMissingNode()).isTrue();
    }

    @Test
    void framesFollowEachOtherUntilTheDaemonStops() throws Exception {
        Path shards = SmallDataset.packed(directory);
        Path socket = directory.resolve("socket");
        Daemon daemon = serve(socket);
        List<String> errorsBelow = List.of("sh", "-c", "exec \"$@\" 2>&1", "sh");
        Process top = ChildJvm.start(errorsBelow, Main.class, "top", "--interval=0.1", "--socket=" + socket);
        try (BufferedReader out = top.inputReader()) {
            awaitFrame(out, "0 jobs, 0 clients");
            try (RemoteLoader loader = attach(socket, shards, "late", 0)) {
                awaitFrame(out, "1 jobs, 1 clients");
                assertThat(loader.leasedSlots()).isZero();
            }
            daemon.close();

            List<String> rest = out.lines().toList();
            assertThat(rest).noneMatch(line -> line.contains("\u001b"));
            assertThat(rest.getLast())
                    .startsWith("penstock: reaching the daemon failed: socket=" + socket)
                    .contains("penstock serve");
            assertThat(top.waitFor()).isEqualTo(ExitCode.FAILED);
        } finally {
            daemon.close();
            top.destroyForcibly();
        }
    }

    private static void awaitFrame(BufferedReader out, String wanted) throws IOException {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.contains(wanted)) {
                return;
            }
        }
        throw new AssertionError("no frame with " + wanted);
    }

    @Test
    void aDaemonThatIsNotThereIsNamed() {
        Path none = directory.resolve("none");
        CommandRun run = CommandRun.of("top", "--socket", none);

        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err()).hasLineCount(1).contains("reaching the daemon failed: socket=" + none, "penstock serve");
    }

    @Test
    void anotherProgramsSocketIsNamed() throws Exception {
        Path foreign = directory.resolve("foreign");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(foreign));
            Thread answering = Thread.ofPlatform().start(() -> answer(server));
            CommandRun run = CommandRun.of("top", "--once", "--socket", foreign);
            answering.join();

            assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
            assertThat(run.err()).hasLineCount(1).contains("reaching the daemon failed: socket=" + foreign);
        }
    }

    private static void answer(ServerSocketChannel server) {
        try (SocketChannel client = server.accept()) {
            client.write(
                    ByteBuffer.wrap("220 mail.example ESMTP at your service\r\n".getBytes(StandardCharsets.US_ASCII)));
        } catch (IOException gone) {
            throw new AssertionError(gone);
        }
    }

    @Test
    void anIntervalThatIsNoneIsRefused() {
        for (String interval : List.of("0", "-1", "NaN", "1e9")) {
            CommandRun run = CommandRun.of("top", "--interval=" + interval, "--socket", directory.resolve("none"));

            assertThat(run.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
            assertThat(run.err()).contains("option=interval");
        }
    }
}
