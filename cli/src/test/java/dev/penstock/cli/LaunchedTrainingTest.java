package dev.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.trainer.world.JavaCommand;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `penstock train` as a launcher of another kind starts it: ranks without a common parent.
class LaunchedTrainingTest {

    @TempDir
    private Path directory;

    private Process rank(int rank, int port, Object dataset) throws IOException {
        List<String> train =
                List.of("train", "byte-lm", dataset.toString(), "--steps=1", "--run=" + directory.resolve("run"));
        ProcessBuilder builder = new ProcessBuilder(JavaCommand.like(Main.class.getName(), train));
        builder.environment()
                .putAll(Map.of(
                        "RANK",
                        Integer.toString(rank),
                        "WORLD_SIZE",
                        "2",
                        "LOCAL_RANK",
                        Integer.toString(rank),
                        "MASTER_ADDR",
                        "127.0.0.1",
                        "MASTER_PORT",
                        Integer.toString(port),
                        "OMP_NUM_THREADS",
                        "1"));
        return builder.redirectErrorStream(true)
                .redirectOutput(said(rank).toFile())
                .start();
    }

    private Path said(int rank) {
        return directory.resolve("rank-" + rank + ".log");
    }

    @Test
    void rankThatCannotOpenItsDatasetSaysSoToTheOthers() throws Exception {
        Path shards = SmallDataset.packed(directory);
        Path nowhere = directory.resolve("nowhere");
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Process first = rank(0, port, shards);
        Process second = rank(1, port, nowhere);
        try {
            assertThat(first.waitFor()).isNotEqualTo(ExitCode.DONE);
            assertThat(second.waitFor()).isNotEqualTo(ExitCode.DONE);
        } finally {
            first.destroyForcibly();
            second.destroyForcibly();
        }

        assertThat(Files.readString(said(0)))
                .containsPattern("another rank failed: rank=1, host=[^,]+, found=[^\n]*" + nowhere);
        assertThat(Files.readString(said(1))).contains(nowhere.toString());
    }
}
