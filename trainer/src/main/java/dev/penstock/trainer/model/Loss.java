package dev.penstock.trainer.model;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The loss of a micro-batch, as tensors that nobody has to wait for.
///
/// @param sum over its targets; a differentiable scalar
/// @param targetCount what the sum is divided by in the end, over all ranks; a scalar
public record Loss(Tensor sum, Tensor targetCount) {

    /// The loss over a number of targets that is known.
    public Loss(Tensor sum, long targetCount) {
        this(sum, torch.scalar_tensor(new Scalar(targetCount), new TensorOptions(ScalarType.Long)));
    }
}
