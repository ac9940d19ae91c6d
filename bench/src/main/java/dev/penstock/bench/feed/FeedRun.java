package dev.penstock.bench.feed;

import dev.penstock.batch.Batch;
import dev.penstock.bench.measure.ProcessMeter;
import dev.penstock.loader.BatchIterator;
import dev.penstock.loader.Loader;
import dev.penstock.loader.LoaderCounters;
import dev.penstock.loader.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A stretch of an endless stream: a consumer that closes each batch as soon as it has it.
///
/// @param used wall time, processor time and allocation of the whole process meanwhile
/// @param waitNanos how long the consumer waited, by stage in the order of [Stage]
record FeedRun(long batches, long samples, long payloadBytes, ProcessMeter used, List<Long> waitNanos) {

    FeedRun {
        waitNanos = List.copyOf(waitNanos);
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
        List<Long> waits = new ArrayList<>();
        for (Stage stage : Stage.values()) {
            waits.add(waitedNanos(after, stage) - waitedNanos(before, stage));
        }
        return new FeedRun(
                after.batches() - before.batches(),
                after.samples() - before.samples(),
                after.payloadBytes() - before.payloadBytes(),
                used,
                waits);
    }

    private static long waitedNanos(LoaderCounters counters, Stage stage) {
        return counters.waits().getOrDefault(stage, Duration.ZERO).toNanos();
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
        return (double) waitNanos.get(stage.ordinal()) / used.wallNanos();
    }
}
