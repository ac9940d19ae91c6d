package dev.penstock.trainer.world;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// One child process and the threads that pass its output on.
final class RankProcess {

    /// Gloo announces its connections on standard output, where a program's results go, and cannot be told not to.
    private static final String GLOO_ANNOUNCEMENT = "[Gloo] Rank ";

    private final int rank;
    private final Process process;
    private final Thread outputPump;
    private final Thread errorPump;
    private volatile String lastError = "";

    RankProcess(int rank, Process process, PrintStream out, PrintStream err) {
        this.rank = rank;
        this.process = process;
        String outPrefix = rank == 0 ? "" : "[rank " + rank + "] ";
        outputPump = pump("out", process.getInputStream(), line -> {
            if (!line.startsWith(GLOO_ANNOUNCEMENT)) {
                out.println(outPrefix + line);
            }
        });
        errorPump = pump("err", process.getErrorStream(), line -> {
            lastError = line.isBlank() ? lastError : line.strip();
            err.println("[rank " + rank + "] " + line);
        });
    }

    private Thread pump(String stream, InputStream source, Consumer<String> sink) {
        return Thread.ofVirtual().name("rank-" + rank + "-" + stream).start(() -> {
            try (var lines = new BufferedReader(new InputStreamReader(source, StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    sink.accept(line);
                }
            } catch (IOException e) {
                sink.accept("output of the rank failed: " + e.getMessage());
            }
        });
    }

    int rank() {
        return rank;
    }

    /// 128 plus the signal's number for a process that a signal ended.
    int exitCode() {
        return process.exitValue();
    }

    /// The last line of standard error so far.
    String lastError() {
        return lastError;
    }

    void whenEnded(Runnable action) {
        var _ = process.onExit().thenRun(action);
    }

    /// Waits until everything an ended process said has been passed on.
    void awaitOutput() {
        try {
            outputPump.join();
            errorPump.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void askToEnd() {
        process.destroy();
    }

    /// Kills the process if it has not ended in time, and returns when it is gone.
    void end(long time, TimeUnit unit) {
        try {
            if (!process.waitFor(time, unit)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        process.onExit().join();
    }
}
