package dev.penstock.bench.daemon.soak;

import dev.penstock.batch.Batch;
import dev.penstock.daemon.client.ReconnectPolicy;
import dev.penstock.daemon.client.RemoteLoader;
import dev.penstock.daemon.protocol.AttachRequest;
import dev.penstock.daemon.protocol.Start;
import dev.penstock.error.RetryableException;
import dev.penstock.loader.BatchIterator;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/// A client that is killed: reads its run over and over, and writes a line for each batch that it has read whole.
final class SoakMain {

    private static final long RETRY_NANOS = 20_000_000;

    private SoakMain() {}

    /// @param arguments socket, job, dataset, nanoseconds between batches, first step, and then names and values of
    ///     options
    public static void main(String[] arguments) throws IOException {
        Path socket = Path.of(arguments[0]);
        Map<String, String> options = new TreeMap<>();
        for (int i = 5; i < arguments.length; i += 2) {
            options.put(arguments[i], arguments[i + 1]);
        }
        AttachRequest request = AttachRequest.of(arguments[1], arguments[2], options);
        long paceNanos = Long.parseLong(arguments[3]);
        // A line is one write, which a pipe takes whole or not at all.
        try (FileOutputStream lines = new FileOutputStream(FileDescriptor.out)) {
            for (long start = Long.parseLong(arguments[4]); ; start = 0) {
                read(socket, request.withStart(new Start.AtStep(start)), paceNanos, lines);
            }
        }
    }

    private static void read(Path socket, AttachRequest request, long paceNanos, FileOutputStream lines)
            throws IOException {
        StepDigest digest = new StepDigest();
        try (RemoteLoader loader = attach(socket, request);
                BatchIterator batches = loader.iterator()) {
            while (batches.hasNext()) {
                try (Batch batch = batches.next()) {
                    String line = batch.step() + " " + digest.of(batch) + "\n";
                    lines.write(line.getBytes(StandardCharsets.US_ASCII));
                    LockSupport.parkNanos(paceNanos);
                }
            }
        }
    }

    /// The daemon may be dead at this moment; whoever starts trainers starts them again.
    private static RemoteLoader attach(Path socket, AttachRequest request) {
        while (true) {
            try {
                return RemoteLoader.attach(socket, request, ReconnectPolicy.defaults());
            } catch (RetryableException absent) {
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
    }
}
