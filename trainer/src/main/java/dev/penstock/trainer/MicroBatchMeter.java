package dev.penstock.trainer;

import dev.penstock.trainer.model.MicroBatch;

/// Told what each micro-batch took to compute; on the thread that trains.
public interface MicroBatchMeter {

    /// Measures nothing.
    MicroBatchMeter NONE = (microBatch, nanos) -> {};

    /// @param microBatch alive during the call only
    /// @param nanos of forward and backward; no waiting for data or other ranks is in it
    void computed(MicroBatch microBatch, long nanos);
}
