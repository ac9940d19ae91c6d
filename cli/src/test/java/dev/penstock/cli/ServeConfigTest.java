package dev.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Where a daemon's options come from, and which are refused before it listens.
@Timeout(120)
class ServeConfigTest {

    @TempDir
    private Path directory;

    private Path config(String yaml) throws IOException {
        return Files.writeString(directory.resolve("penstock.yaml"), yaml);
    }

    private static void assertRefused(CommandRun run, String... said) {
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(run.err()).hasLineCount(1).startsWith("penstock: ").contains(said);
    }

    @Test
    void theCommandLineWinsOverTheFileWhichWinsOverTheEnvironment() throws IOException {
        Path byEnvironment = directory.resolve("environment");
        Path byFile = directory.resolve("file");
        Path byOption = directory.resolve("option");
        Path config = config("socket: " + byFile + "\nslots: 1M\nslot-budget: 3M\nhttp: 0\n");
        List<String> environment = List.of("PENSTOCK_SOCKET=" + byEnvironment);

        try (ServingProcess daemon = ServingProcess.start(environment)) {
            assertThat(daemon.firstLine()).startsWith("serving on " + byEnvironment + ":");
        }
        try (ServingProcess daemon = ServingProcess.start(environment, "--config", config)) {
            assertThat(daemon.firstLine())
                    .startsWith("serving on " + byFile + ":")
                    .contains("slots 3.15 MB", "HTTP on 127.0.0.1:");
        }
        try (ServingProcess daemon = ServingProcess.start(environment, "--config", config, "--socket", byOption)) {
            assertThat(daemon.firstLine()).startsWith("serving on " + byOption + ":");
        }
    }

    @Test
    void aNameThatIsNoneIsRefusedWithTheNearest() throws IOException {
        assertRefused(CommandRun.of("serve", "--config", config("slot-buget: 1G\n")), "did you mean 'slot-budget'?");
        assertRefused(CommandRun.of("serve", "--config", config("htpp: 9465\n")), "did you mean 'http'?");
        assertRefused(CommandRun.of("serve", "--config", config("seed: 7\n")), "unknown=seed");
    }

    @Test
    void aValueOfTheFileIsJudgedLikeOneOfTheCommandLine() throws IOException {
        assertRefused(CommandRun.of("serve", "--config", config("ram: 3X\n")), "3X");
        assertRefused(CommandRun.of("serve", "--config", config("http: here\n")), "here", "HOST:PORT");
    }

    @Test
    void budgetsThatTogetherExceedMemoryAreRefusedWithTheirSum() {
        Path socket = directory.resolve("socket");
        assertRefused(
                CommandRun.of("serve", "--socket", socket, "--ram=900T", "--slot-budget=100T"),
                "sumBytes=" + (1000L << 40),
                "memoryBytes=",
                "--ram and --slot-budget");
        assertThat(socket).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "--http=0.0.0.0:0, tls=none",
        "--http=99999, 99999",
        "--http=[::1, [::1",
        "--token-file=t, missing=--http",
        "--tls-cert=c, missing=--http",
        "--http=0 --tls-cert=c, missing=--tls-key",
        "--http=0 --tls-key=k, missing=--tls-cert",
        "--http=0 --token-file=/nowhere/token, token-file=/nowhere/token"
    })
    void httpOptionsThatCannotWorkAreRefused(String options, String said) {
        Path socket = directory.resolve("socket");
        Object[] arguments = ("serve --socket " + socket + " " + options).split(" ", -1);

        assertRefused(CommandRun.of(arguments), said);
        assertThat(socket).doesNotExist();
    }
}
