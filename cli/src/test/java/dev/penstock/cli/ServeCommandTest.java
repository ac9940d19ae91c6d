package dev.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.process.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A daemon as a user starts it, and commands that read through it.
@Timeout(120)
class ServeCommandTest {

    @TempDir
    private Path directory;

    private Process serve(Path socket) throws IOException {
        Process daemon = ChildJvm.start(
                List.of(), Main.class, "serve", "--socket", socket.toString(), "--ram", "1M", "--block", "64K");
        BufferedReader out = daemon.inputReader();
        assertThat(out.readLine()).startsWith("serving on " + socket);
        return daemon;
    }

    @Test
    void readingThroughADaemonIsReadingAndItStopsWhenItIsTold() throws Exception {
        Path shards = SmallDataset.packed(directory);
        Path socket = directory.resolve("socket");
        Path local = directory.resolve("local.jsonl");
        Path remote = directory.resolve("remote.jsonl");
        List<String> options = List.of("--seed=5", "--ranks=3", "--rank=1", "--batch=32", "--max-tokens=100000");
        Process daemon = serve(socket);
        try {
            read(shards, options, "--trace", local);
            read(shards, options, "--trace", remote, "--daemon", socket);
        } finally {
            daemon.destroy();
            daemon.waitFor();
        }

        assertThat(Files.readAllLines(remote))
                .isEqualTo(Files.readAllLines(local))
                .isNotEmpty();
        assertThat(socket).doesNotExist();
    }

    private static void read(Path shards, List<String> options, Object... more) {
        Object[] arguments = new Object[2 + options.size() + more.length];
        arguments[0] = "read";
        arguments[1] = shards;
        System.arraycopy(options.toArray(), 0, arguments, 2, options.size());
        System.arraycopy(more, 0, arguments, 2 + options.size(), more.length);
        CommandRun.done(arguments);
    }

    @Test
    void ranksThatTrainThroughADaemonLearnTheSame() throws Exception {
        Path shards = SmallDataset.packed(directory, "--max-length", 64, "--overlong", "split");
        Path socket = directory.resolve("socket");
        Path recipe = Files.writeString(directory.resolve("tiny.yaml"), """
                layers: 1
                width: 16
                heads: 2
                max-sample-bytes: 64
                batch: 12
                steps: 6
                """);
        Process daemon = serve(socket);
        try {
            CommandRun.done("train", recipe, shards, "--ranks=2", "--run=" + directory.resolve("local"));
            CommandRun.done(
                    "train", recipe, shards, "--ranks=2", "--run=" + directory.resolve("remote"), "--daemon=" + socket);
        } finally {
            daemon.destroy();
            daemon.waitFor();
        }

        assertThat(metrics("remote")).hasSize(6).isEqualTo(metrics("local"));
    }

    private List<String> metrics(String run) throws IOException {
        return Files.readAllLines(directory.resolve(run).resolve("metrics.jsonl"));
    }

    @Test
    void whatBelongsToTheDaemonIsRefusedBesideIt() {
        CommandRun run = CommandRun.of("read", directory, "--daemon", directory.resolve("none"), "--ram=1G");

        assertThat(run.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(run.err()).contains("option=ram; state it where the daemon is started");
    }

    @Test
    void aDaemonThatIsNotThereIsNamed() {
        Path none = directory.resolve("none");
        CommandRun run = CommandRun.of("read", directory, "--daemon", none);

        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err()).contains("reaching the daemon failed: socket=" + none, "penstock serve");
    }
}
