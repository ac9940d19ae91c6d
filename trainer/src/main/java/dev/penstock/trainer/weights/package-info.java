/// Weights as files that other programs read: safetensors, and the state dict that `torch.load` reads.
///
/// Enter at [WeightFiles][dev.penstock.trainer.weights.WeightFiles]. Names and bits are those of the tensors handed in;
/// nothing here knows a model, and nothing is ever unpickled.
@NullMarked
package dev.penstock.trainer.weights;

import org.jspecify.annotations.NullMarked;
