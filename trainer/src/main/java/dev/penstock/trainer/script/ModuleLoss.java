package dev.penstock.trainer.script;

/// What a module's result means.
public sealed interface ModuleLoss {

    /// The result is the loss: the sum over its targets, or a tuple of that sum and the number of targets. Without a
    /// number, each sample is one target.
    record Own() implements ModuleLoss {}

    /// The result is logits, `[targets, classes]`, and the loss their cross entropy in nats.
    ///
    /// @param target field of the right classes, whole numbers; -100 is left out, as PyTorch does it
    record CrossEntropy(String target) implements ModuleLoss {}

    /// The result is a prediction of as many elements as the target has, and the loss their squared difference.
    ///
    /// @param target field of the right values
    record SquaredError(String target) implements ModuleLoss {}
}
