package dev.penstock.trainer.reduce;

import dev.penstock.batch.Batch;
import dev.penstock.trainer.model.MicroBatch;
import java.util.List;
import java.util.stream.IntStream;

/// What of a batch goes through a model at once.
public enum StepUnit {

    /// As the loader cut the batch: what fits the memory.
    MICRO_BATCH,

    /// Each sample alone, so that nothing depends on which samples share a micro-batch.
    SAMPLE;

    /// The units of a batch, in its order; they die with it.
    public List<MicroBatch> of(Batch batch) {
        return switch (this) {
            case MICRO_BATCH ->
                IntStream.range(0, batch.microBatchCount())
                        .mapToObj(number -> new MicroBatch(batch, number))
                        .toList();
            case SAMPLE ->
                IntStream.range(0, batch.sampleCount())
                        .mapToObj(sample -> new MicroBatch(batch, sample, 1))
                        .toList();
        };
    }
}
