package dev.penstock.trainer.world;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Ranks that a launcher of another kind started: processes without a parent that would end them together.
final class LaunchedRanks implements AutoCloseable {

    private final Path directory;
    private final int count;
    private final int port;
    private final List<Process> processes = new ArrayList<>();

    /// @param directory for what they print on standard error
    LaunchedRanks(Path directory, int count) throws IOException {
        this.directory = directory;
        this.count = count;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
    }

    LaunchedRanks startAll(String... program) throws IOException {
        for (int rank = 0; rank < count; rank++) {
            start(rank, program);
        }
        return this;
    }

    /// Starts the next rank.
    void start(int rank, String... program) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(JavaCommand.like(RankProgram.class.getName(), List.of(program)));
        builder.environment()
                .putAll(Map.of(
                        World.RANK,
                        Integer.toString(rank),
                        World.WORLD_SIZE,
                        Integer.toString(count),
                        World.LOCAL_RANK,
                        Integer.toString(rank),
                        World.MASTER_ADDR,
                        "127.0.0.1",
                        World.MASTER_PORT,
                        Integer.toString(port),
                        "OMP_NUM_THREADS",
                        "1",
                        "TORCH_CPP_LOG_LEVEL",
                        "ERROR"));
        processes.add(builder.redirectError(errors(rank).toFile()).start());
    }

    private Path errors(int rank) {
        return directory.resolve("rank-" + rank + ".err");
    }

    /// Returns once a rank has printed a line.
    void awaitLine(int rank, String wanted) throws IOException {
        // Left open: the process goes on printing.
        BufferedReader lines = process(rank).inputReader();
        for (String line = lines.readLine(); !wanted.equals(line); line = lines.readLine()) {
            if (line == null) {
                throw new AssertionError("rank " + rank + " ended before '" + wanted + "': " + said(rank));
            }
        }
    }

    Process process(int rank) {
        return processes.get(rank);
    }

    void signal(int rank, String name) throws IOException, InterruptedException {
        int exitCode = new ProcessBuilder(
                        "kill", "-" + name, Long.toString(process(rank).pid()))
                .start()
                .waitFor();
        if (exitCode != 0) {
            throw new AssertionError("kill -" + name + " ended with " + exitCode);
        }
    }

    /// What a rank that ended had to say, the last line of it.
    String awaitLastWords(int rank) throws InterruptedException {
        process(rank).waitFor();
        return said(rank);
    }

    private String said(int rank) {
        try {
            return Files.readString(errors(rank));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    @Override
    public void close() {
        processes.forEach(process -> process.destroyForcibly().onExit().join());
    }
}
