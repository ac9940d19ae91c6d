/// libtorch as the other packages of the trainer use it: start-up, tensors over foreign memory, flat parameters.
///
/// Enter at [Libtorch][dev.penstock.trainer.tensor.Libtorch] and [Parameters][dev.penstock.trainer.tensor.Parameters].
/// This package knows no model, optimiser or process group.
@NullMarked
package dev.penstock.trainer.tensor;

import org.jspecify.annotations.NullMarked;
