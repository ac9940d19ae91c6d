package dev.penstock.bench.daemon.soak;

import dev.penstock.bench.daemon.process.JavaProcess;
import dev.penstock.cli.report.Amounts;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A job and the processes that it runs in, one after the other: each goes on where the last one was killed.
///
/// Whatever a process says that it has read is compared with what was to come next: a step that is left out, comes
/// twice or holds other bytes is a failure, which is remembered. Threading: the soak's thread starts and kills; a
/// thread for each process reads.
final class SoakClient {

    /// Small and quick to start: a soak starts hundreds.
    private static final List<String> FLAGS =
            List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx64m", "-Xshare:auto");

    /// Of what a client wrote to its standard error: a message and some of its stack.
    private static final int LAST_LINES = 12;

    private final SoakJob job;
    private final Path socket;
    private final URI dataset;
    private final Path log;
    private final int[] expected;

    private int next;
    private long delivered;
    private @Nullable String failure;
    private boolean killing;
    private @Nullable Process process;
    private @Nullable Thread reader;

    /// @param expected digest of each step
    SoakClient(SoakJob job, Path socket, URI dataset, Path log, int[] expected) {
        this.job = job;
        this.socket = socket;
        this.dataset = dataset;
        this.log = log;
        this.expected = expected;
    }

    /// Starts a process at the step after the last one that was read.
    void start() {
        List<String> arguments = new ArrayList<>(List.of(
                socket.toString(),
                job.name(),
                dataset.toString(),
                Long.toString(job.pace().toNanos()),
                Integer.toString(next())));
        job.options().forEach((name, value) -> arguments.addAll(List.of(name, value)));
        try {
            Process started = new ProcessBuilder(JavaProcess.command(FLAGS, SoakMain.class, arguments))
                    .redirectError(Redirect.appendTo(log.toFile()))
                    .start();
            setKilling(false);
            process = started;
            reader = Thread.ofPlatform().daemon().name("soak-" + job.number()).start(() -> read(started));
        } catch (IOException failed) {
            throw JavaProcess.broken("starting a client", failed);
        }
    }

    private synchronized int next() {
        return next;
    }

    private synchronized void setKilling(boolean value) {
        killing = value;
    }

    private void read(Process from) {
        try (BufferedReader lines = from.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                accept(line);
            }
            ended();
        } catch (IOException broken) {
            fail("its output broke: " + broken);
        }
    }

    private synchronized void accept(String line) {
        int space = line.indexOf(' ');
        int step = Integer.parseInt(line.substring(0, space));
        int digest = Integer.parseInt(line.substring(space + 1));
        if (step != next || digest != expected[next]) {
            fail(Amounts.format(
                    "step %d with digest %08x came in place of step %d with %08x", step, digest, next, expected[next]));
        }
        delivered++;
        next = (next + 1) % expected.length;
    }

    private synchronized void ended() {
        if (!killing) {
            fail("it ended by itself: " + lastWords());
        }
    }

    private String lastWords() {
        try (Stream<String> lines = Files.lines(log)) {
            return String.join(
                    " | ",
                    lines.toList().reversed().stream()
                            .limit(LAST_LINES)
                            .toList()
                            .reversed());
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }

    private synchronized void fail(String what) {
        if (failure == null) {
            failure = "job " + job.number() + ": " + what;
        }
    }

    /// Kills the process with SIGKILL, and reads what it had written.
    void kill() throws InterruptedException {
        setKilling(true);
        if (process != null && reader != null) {
            // Unlike the process's own method, its handle's leaves the pipe to be read to its end.
            process.toHandle().destroyForcibly();
            process.waitFor();
            reader.join();
        }
    }

    /// What to call it in a report.
    synchronized String describe() {
        return Amounts.format("client of job %d, at step %d", job.number(), next);
    }

    /// Batches that were as expected, over all processes.
    synchronized long delivered() {
        return delivered;
    }

    /// Steps of the run that is read over and over.
    int steps() {
        return expected.length;
    }

    @Nullable
    synchronized String failure() {
        return failure;
    }
}
