package dev.penstock.bench.train;

import dev.penstock.batch.Batch;
import dev.penstock.bench.measure.Measurements;
import dev.penstock.gpu.HostSink;
import dev.penstock.loader.BatchFeed;
import dev.penstock.loader.BatchIterator;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What a loader takes of the training thread where every batch is ready: taking it, staging it and giving it back.
///
/// The thread computes between batches for long enough that the loader has always caught up.
final class LoaderOverhead {

    private static final long COMPUTE_NANOS = Duration.ofMillis(2).toNanos();

    private static final double NANOS_PER_MICRO = 1e3;

    private LoaderOverhead() {}

    /// Microseconds per step of the training thread.
    static Measurements measure(BatchIterator batches, int steps) {
        double[] micros = new double[steps];
        try (HostSink sink = new HostSink()) {
            for (int step = 0; step < steps; step++) {
                compute();
                long begin = System.nanoTime();
                sink.accept(batches.next()).close();
                micros[step] = (System.nanoTime() - begin) / NANOS_PER_MICRO;
            }
        }
        return Measurements.of(micros);
    }

    private static void compute() {
        long end = System.nanoTime() + COMPUTE_NANOS;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    /// The control: hands out the same batch again and again.
    ///
    /// @param batch stays open, and the caller's
    static BatchIterator again(Batch batch) {
        return new BatchIterator(new BatchFeed() {
            @Override
            public @Nullable Batch take() {
                return new Batch(
                        batch.epoch(),
                        batch.step(),
                        batch.rank(),
                        batch.fields(),
                        batch.layout(),
                        batch.slot(),
                        batch.balanceRatio(),
                        batch.readyNanos(),
                        () -> {});
            }

            @Override
            public void close() {
                // The batch is the caller's.
            }
        });
    }
}
