package dev.penstock.trainer.script;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.trainer.model.Loss;
import dev.penstock.trainer.model.MicroBatch;
import dev.penstock.trainer.tensor.Tensors;
import java.nio.file.Path;
import java.util.Arrays;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// What `forward` returned, on its way to a loss.
///
/// @param file of the module, for messages
record ModuleResult(Path file, ModuleLoss meaning, IValue value) {

    private static final long REDUCTION_SUM = 2;

    /// The target that cross entropy leaves out, as PyTorch has it.
    private static final long NO_TARGET = -100;

    Loss loss(ModuleBinding binding, MicroBatch microBatch) {
        Loss loss = switch (meaning) {
            case ModuleLoss.Own() -> own(microBatch.sampleCount());
            case ModuleLoss.CrossEntropy(String _) -> crossEntropy(binding.target(microBatch));
            case ModuleLoss.SquaredError(String _) -> squaredError(binding.target(microBatch));
        };
        if (!loss.sum().requires_grad()) {
            throw refused("a loss that depends on a parameter", "one without a gradient");
        }
        return loss;
    }

    private Loss own(int samples) {
        if (value.isTensor()) {
            return new Loss(scalar(value.toTensor()), samples);
        }
        if (!value.isTuple() || value.toTuple().elements().size() != 2) {
            throw refused("a loss, or a tuple of a loss and a number of targets", type());
        }
        IValueVector pair = value.toTuple().elements().vec();
        if (!pair.get(0).isTensor()) {
            throw refused("a tensor as loss", pair.get(0).tagKind().getString());
        }
        return counted(scalar(pair.get(0).toTensor()), pair.get(1));
    }

    private Loss counted(Tensor sum, IValue count) {
        if (count.isInt()) {
            return new Loss(sum, count.toInt());
        }
        if (count.isTensor() && count.toTensor().numel() == 1) {
            return new Loss(sum, count.toTensor().view(new long[0]));
        }
        throw refused("a number of targets", count.tagKind().getString());
    }

    private Tensor scalar(Tensor loss) {
        if (loss.numel() != 1) {
            throw refused("a loss of one element, the sum over the targets", shape(loss));
        }
        return loss.view(new long[0]);
    }

    private Loss crossEntropy(Tensor target) {
        Tensor logits = prediction();
        if (logits.dim() != 2 || logits.size(0) != target.numel()) {
            throw refused("logits [" + target.numel() + ", classes]", shape(logits));
        }
        Tensor classes = target.to(ScalarType.Long);
        Tensor sum = torch.cross_entropy_loss(logits, classes, new TensorOptional(), REDUCTION_SUM, NO_TARGET, 0.0);
        return new Loss(sum, classes.ne(new Scalar(NO_TARGET)).sum());
    }

    private Loss squaredError(Tensor target) {
        Tensor predicted = prediction();
        if (predicted.numel() != target.numel()) {
            throw refused("a prediction of " + target.numel() + " elements", shape(predicted));
        }
        Tensor difference = predicted.reshape(target.numel()).sub(target.to(predicted.scalar_type()));
        return new Loss(difference.mul(difference).sum(), target.numel());
    }

    /// Widened where it has fewer digits than a loss needs.
    private Tensor prediction() {
        if (!value.isTensor()) {
            throw refused("a tensor", type());
        }
        Tensor predicted = value.toTensor();
        return predicted.scalar_type().intern() == ScalarType.BFloat16 ? predicted.to(ScalarType.Float) : predicted;
    }

    private String type() {
        return value.tagKind().getString();
    }

    private static String shape(Tensor tensor) {
        return tensor.scalar_type() + Arrays.toString(Tensors.shape(tensor));
    }

    private ConfigurationException refused(String expected, String found) {
        return new ConfigurationException(FailureMessage.of("result of a module")
                .with("file", file)
                .with("loss", meaning)
                .with("expected", expected)
                .with("found", found)
                .remedy("choose the loss that fits what forward returns"));
    }
}
