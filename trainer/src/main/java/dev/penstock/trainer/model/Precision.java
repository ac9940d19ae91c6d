package dev.penstock.trainer.model;

import dev.penstock.trainer.tensor.Autocast;

/// What a forward pass is computed in. Parameters, gradients, losses and optimisers are float32 in any case.
public enum Precision {
    FP32,

    /// The operators that [Autocast] names in bfloat16.
    BF16;

    /// The same loss, computed so.
    public LossFunction of(LossFunction loss) {
        return switch (this) {
            case FP32 -> loss;
            case BF16 ->
                microBatch -> {
                    try (Autocast _ = Autocast.bfloat16()) {
                        return loss.loss(microBatch);
                    }
                };
        };
    }
}
