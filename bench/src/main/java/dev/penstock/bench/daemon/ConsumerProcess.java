package dev.penstock.bench.daemon;

import dev.penstock.bench.daemon.process.JavaProcess;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/// A trainer's place in a JVM of its own: takes batches from a [Source] and says how it went.
///
/// Commands travel to it over its standard input as serialized records, and one answer to each comes back over its
/// standard output. Ownership: the creator closes; a child whose parent dies reads the end of its input and ends.
/// Threading: confined to one thread.
final class ConsumerProcess implements AutoCloseable {

    /// What a consumer can be told.
    sealed interface Command extends Serializable {

        /// Deliver one epoch and check every sample of it.
        record Check(Source oneEpoch, URI dataset) implements Command {}

        /// Open a stream, in place of the one before.
        record Open(Source source) implements Command {}

        /// Take samples as fast as they come: first some without a clock, then some with.
        record Take(long untimedSamples, long timedSamples) implements Command {}

        /// Take batches at a pace.
        ///
        /// @param workNanos how long each batch is kept
        record HandOff(int untimedBatches, int timedBatches, long workNanos) implements Command {}

        /// Open a source, take its first batch and close, several times; no stream is open meanwhile.
        record Attach(Source source, int times) implements Command {}
    }

    private final Process process;
    private final ObjectOutputStream commands;
    private final ObjectInputStream answers;

    private ConsumerProcess(Process process) throws IOException {
        this.process = process;
        this.commands = new ObjectOutputStream(process.getOutputStream());
        commands.flush();
        this.answers = new ObjectInputStream(process.getInputStream());
    }

    static ConsumerProcess start() {
        try {
            Process process = new ProcessBuilder(JavaProcess.command(ConsumerMain.class, List.of()))
                    .redirectError(Redirect.INHERIT)
                    .start();
            try {
                return new ConsumerProcess(process);
            } catch (IOException | RuntimeException failed) {
                process.destroyForcibly();
                throw failed;
            }
        } catch (IOException failed) {
            throw JavaProcess.broken("starting a consumer", failed);
        }
    }

    void check(Source oneEpoch, URI dataset) {
        send(new Command.Check(oneEpoch, dataset), Boolean.class);
    }

    void open(Source source) {
        send(new Command.Open(source), Boolean.class);
    }

    Consumption take(long untimedSamples, long timedSamples) {
        return send(new Command.Take(untimedSamples, timedSamples), Consumption.class);
    }

    HandOffTimes handOff(int untimedBatches, int timedBatches, long workNanos) {
        return send(new Command.HandOff(untimedBatches, timedBatches, workNanos), HandOffTimes.class);
    }

    /// How long each took, in nanoseconds.
    long[] attach(Source source, int times) {
        return send(new Command.Attach(source, times), long[].class);
    }

    /// What all threads of the process have used.
    Duration cpuTime() {
        return JavaProcess.cpuTime(process);
    }

    private <T> T send(Command command, Class<T> answer) {
        try {
            commands.writeObject(command);
            commands.flush();
            return answer.cast(answers.readObject());
        } catch (IOException failed) {
            throw JavaProcess.broken("talking to a consumer", failed);
        } catch (ClassNotFoundException foreign) {
            throw JavaProcess.broken("talking to a consumer", new IOException(foreign));
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
