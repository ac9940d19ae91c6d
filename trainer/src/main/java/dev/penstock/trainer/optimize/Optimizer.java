package dev.penstock.trainer.optimize;

import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;

/// What moves parameters against their gradients, and the tensors it remembers from step to step.
///
/// Threading: confined to the thread that trains.
public sealed interface Optimizer permits AdamWOptimizer, SgdOptimizer {

    /// What a checkpoint calls it, so that one with another is refused.
    String name();

    /// Moves the parameters by their present gradients, if the step applies; nothing is read on the host to find out.
    ///
    /// @param applies bool scalar; where false, parameters and state stay as they are, to the bit, whatever the gradients
    void step(double learningRate, Tensor applies);

    /// The tensors that a run needs besides the parameters to go on to the bit, by name, always in the same order.
    ///
    /// They are the optimiser's own, contiguous and of fixed size: to save one is to copy it, to load one is to
    /// overwrite it.
    SequencedMap<String, Tensor> state();
}
