package dev.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a person at a terminal sees of a store that does not answer.
class WaitingForAStoreTest {

    private static final Path TERMINALS = Path.of("/usr/bin/script");

    @TempDir
    private Path directory;

    @Test
    @Timeout(120)
    void theLineSaysWhatIsWaitedForAndAnInterruptEndsIt() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(TERMINALS), "SKIPPED: a terminal needs script (util-linux)");
        String uri = "http://localhost:" + portOfNobody() + "/data/";
        Path pid = directory.resolve("pid");
        // The shell becomes the command, so that its process is the one that is interrupted.
        String command = "echo $$ > " + pid + "; exec " + String.join(" ", penstock()) + " read " + uri;
        Process terminal = new ProcessBuilder(TERMINALS.toString(), "-qefc", command, "/dev/null")
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectErrorStream(true)
                .start();
        try (Reader output = terminal.inputReader(StandardCharsets.UTF_8)) {
            readUntil(output, "waiting: object access failed: uri=" + uri);
            interrupt(Files.readString(pid).strip());
            // Left alone, it would end with 1 after a minute.
            assertThat(terminal.waitFor()).isEqualTo(ExitCode.INTERRUPTED);
        } finally {
            terminal.destroyForcibly();
        }
    }

    private List<String> penstock() {
        return List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-Duser.home=" + directory,
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Main.class.getName());
    }

    /// A port that nobody listens at any more.
    private static int portOfNobody() throws IOException {
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return closed.getLocalPort();
        }
    }

    private static void readUntil(Reader output, String wanted) throws IOException {
        StringBuilder seen = new StringBuilder();
        for (int character = output.read(); seen.indexOf(wanted) < 0; character = output.read()) {
            assertThat(character).as("end of output, after: %s", seen).isNotNegative();
            seen.append((char) character);
        }
    }

    private static void interrupt(String pid) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-INT", pid).start();
        assertThat(kill.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
}
