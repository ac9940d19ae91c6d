package dev.penstock.bench.daemon;

import dev.penstock.batch.Batch;
import dev.penstock.bench.measure.ProcessMeter;
import dev.penstock.loader.BatchIterator;
import java.io.Serializable;

/// What a consumer took that does nothing but close batches.
///
/// @param cpuNanos of the consumer's whole process
record Consumption(long batches, long samples, long payloadBytes, long wallNanos, long cpuNanos)
        implements Serializable {

    /// Takes at least `samples` samples.
    static Consumption of(BatchIterator stream, long samples) {
        long batches = 0;
        long taken = 0;
        long bytes = 0;
        ProcessMeter start = ProcessMeter.read();
        while (taken < samples) {
            try (Batch batch = stream.next()) {
                batches++;
                taken += batch.sampleCount();
                bytes += batch.payloadBytes();
            }
        }
        ProcessMeter used = ProcessMeter.read().since(start);
        return new Consumption(batches, taken, bytes, used.wallNanos(), used.cpuNanos());
    }

    double samplesPerSec() {
        return samples * 1e9 / wallNanos;
    }

    double gigabytesPerSec() {
        return (double) payloadBytes / wallNanos;
    }

    double cpuMicrosPerBatch() {
        return cpuNanos / 1e3 / batches;
    }
}
