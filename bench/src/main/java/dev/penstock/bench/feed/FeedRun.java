package dev.penstock.bench.feed;

import dev.penstock.batch.Batch;
import dev.penstock.bench.measure.ProcessMeter;
import dev.penstock.loader.BatchIterator;
import dev.penstock.loader.Loader;
import dev.penstock.loader.LoaderCounters;
import dev.penstock.loader.Stage;
import java.util.EnumMap;
import java.util.Map;

/// A stretch of an endless stream: a consumer that closes each batch as soon as it has it.
///
/// @param used wall time, processor time and allocation of the whole process meanwhile
/// @param waitNanos what the consumer waited for
record FeedRun(long batches, long samples, long payloadBytes, ProcessMeter used, Map<Stage, Long> waitNanos) {

    FeedRun {
        waitNanos = Map.copyOf(waitNanos);
    }

    /// Takes batches, untimed, until whatever was prepared while nobody took any has been used up.
    static void drain(BatchIterator stream, long samples) {
        for (long left = samples; left > 0; ) {
            try (Batch batch = stream.next()) {
                left -= Math.max(1, batch.sampleCount());
            }
        }
    }

    /// Takes and times at least `samples` samples.
    static FeedRun time(Loader loader, BatchIterator stream, long samples) {
        LoaderCounters before = loader.counters();
        ProcessMeter start = ProcessMeter.read();
        drain(stream, samples);
        ProcessMeter used = ProcessMeter.read().since(start);
        LoaderCounters after = loader.counters();
        Map<Stage, Long> waits = new EnumMap<>(Stage.class);
        after.waits().forEach((stage, total) -> waits.put(
                stage, total.minus(before.waits().get(stage)).toNanos()));
        return new FeedRun(
                after.batches() - before.batches(),
                after.samples() - before.samples(),
                after.payloadBytes() - before.payloadBytes(),
                used,
                waits);
    }

    double samplesPerSec() {
        return samples * 1e9 / used.wallNanos();
    }

    double gigabytesPerSec() {
        return (double) payloadBytes / used.wallNanos();
    }

    double cpuSecondsPerGigabyte() {
        return (double) used.cpuNanos() / payloadBytes;
    }

    double allocatedBytesPerBatch() {
        return (double) used.allocatedBytes() / batches;
    }

    /// Share of the time that the consumer waited for a stage.
    double waitShare(Stage stage) {
        return (double) waitNanos.get(stage) / used.wallNanos();
    }
}
