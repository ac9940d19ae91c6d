package dev.penstock.bench.daemon.process;

import dev.penstock.cli.Main;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// `penstock serve` in a process of its own.
///
/// Ownership: the starter closes, which stops it as a service manager does. Threading: confined to one thread.
public final class ServedDaemon implements AutoCloseable {

    private final Path socket;
    private final Process process;

    private ServedDaemon(Path socket, Process process) {
        this.socket = socket;
        this.process = process;
    }

    /// Starts it and waits until clients may connect.
    ///
    /// @param options of `penstock serve`, besides the socket
    public static ServedDaemon start(Path socket, List<String> options) {
        return start(socket, JavaProcess.FLAGS, options);
    }

    /// @param flags of its JVM
    public static ServedDaemon start(Path socket, List<String> flags, List<String> options) {
        List<String> arguments = new ArrayList<>(List.of("serve", "--socket", socket.toString()));
        arguments.addAll(options);
        try {
            Process process = new ProcessBuilder(JavaProcess.command(flags, Main.class, arguments))
                    .redirectError(Redirect.INHERIT)
                    .start();
            String first = process.inputReader().readLine();
            if (first == null || !first.startsWith("serving")) {
                process.destroyForcibly();
                throw new IOException("it ended before it served");
            }
            return new ServedDaemon(socket, process);
        } catch (IOException failed) {
            throw JavaProcess.broken("starting the daemon", failed);
        }
    }

    public Path socket() {
        return socket;
    }

    public long pid() {
        return process.pid();
    }

    /// What all its threads have used.
    public Duration cpuTime() {
        return JavaProcess.cpuTime(process);
    }

    /// Ends it as the kernel does, without a word to anybody.
    public void kill() {
        process.destroyForcibly();
        await();
    }

    private void await() {
        try {
            process.waitFor();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        process.destroy();
        await();
    }
}
