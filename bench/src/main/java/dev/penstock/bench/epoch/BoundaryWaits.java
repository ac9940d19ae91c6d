package dev.penstock.bench.epoch;

import dev.penstock.batch.Batch;
import dev.penstock.bench.measure.Measurements;
import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import dev.penstock.loader.BatchIterator;
import java.util.ArrayList;
import java.util.List;

/// How long each batch of a stretch of a stream was waited for.
///
/// @param boundaryMicros of the steps where one epoch ends or the next begins
/// @param otherMicros of all others
record BoundaryWaits(List<Double> boundaryMicros, List<Double> otherMicros) {

    BoundaryWaits {
        boundaryMicros = List.copyOf(boundaryMicros);
        otherMicros = List.copyOf(otherMicros);
    }

    /// Takes batches until `epochs` more epochs have begun.
    static BoundaryWaits measure(BatchIterator stream, int epochs) {
        List<Double> boundary = new ArrayList<>();
        List<Double> other = new ArrayList<>();
        long epoch = -1;
        long begun = -1;
        // Of the batch before, unless it is known to be the first of its epoch.
        double lastMicros = Double.NaN;
        while (begun < epochs) {
            long start = System.nanoTime();
            try (Batch batch = stream.next()) {
                double micros = (System.nanoTime() - start) / 1e3;
                if (epoch != batch.epoch()) {
                    if (epoch >= 0) {
                        requireNext(epoch, batch);
                        addKnown(lastMicros, boundary);
                        boundary.add(micros);
                    }
                    epoch = batch.epoch();
                    begun++;
                    lastMicros = Double.NaN;
                } else {
                    addKnown(lastMicros, other);
                    lastMicros = micros;
                }
            }
        }
        return new BoundaryWaits(boundary, other);
    }

    private static void addKnown(double micros, List<Double> waits) {
        if (!Double.isNaN(micros)) {
            waits.add(micros);
        }
    }

    private static void requireNext(long epoch, Batch batch) {
        if (batch.epoch() != epoch + 1) {
            throw new CorruptDataException(FailureMessage.of("timing epoch boundaries")
                    .with("step", batch.step())
                    .with("expectedEpoch", epoch + 1)
                    .with("foundEpoch", batch.epoch()));
        }
    }

    double meanRatio() {
        return Measurements.of(boundaryMicros).mean()
                / Measurements.of(otherMicros).mean();
    }
}
