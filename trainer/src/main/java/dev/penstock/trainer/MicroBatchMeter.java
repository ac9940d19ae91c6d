package dev.penstock.trainer;

import dev.penstock.trainer.model.PackedSamples;

/// Told what each micro-batch took to compute; on the thread that trains.
public interface MicroBatchMeter {

    /// Measures nothing.
    MicroBatchMeter NONE = (samples, nanos) -> {};

    /// @param samples alive during the call only
    /// @param nanos of forward and backward; no waiting for data or other ranks is in it
    void computed(PackedSamples samples, long nanos);
}
