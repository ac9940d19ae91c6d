package dev.penstock.trainer.tensor;

/// Whether the optimiser pulls a parameter towards zero.
public enum WeightDecay {
    APPLIED,
    EXEMPT
}
