/// Weights as files that other programs share: safetensors, and the state dict of `torch.save` and `torch.load`.
///
/// Enter at [WeightFiles][dev.penstock.trainer.weights.WeightFiles], or at
/// [StrictWeights][dev.penstock.trainer.weights.StrictWeights] to begin with those of a file. Names and bits are those
/// of the tensors handed in; nothing here knows a model, and a pickle is read without calling what it names.
@NullMarked
package dev.penstock.trainer.weights;

import org.jspecify.annotations.NullMarked;
