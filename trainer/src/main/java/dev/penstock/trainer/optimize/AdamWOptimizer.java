package dev.penstock.trainer.optimize;

import dev.penstock.trainer.tensor.Parameters;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// AdamW over flat parameters (Loshchilov & Hutter 2019, "Decoupled Weight Decay Regularization").
///
/// The same operations in the same sequence as libtorch's own, and so the same bits; but its state is three tensors
/// that can be copied while a run goes on, where libtorch's is an archive.
public final class AdamWOptimizer implements Optimizer {

    private final AdamWSettings settings;
    private final Tensor values;
    private final Tensor gradients;
    private final Tensor decayed;
    private final Tensor mean;
    private final Tensor squareMean;
    private final Tensor minusZero = torch.scalar_tensor(new Scalar(-0.0));
    private final Tensor stepCount = torch.zeros(new long[] {1}, new TensorOptions(ScalarType.Long));

    public AdamWOptimizer(Parameters parameters, AdamWSettings settings) {
        this.settings = settings;
        values = parameters.values();
        gradients = parameters.gradients();
        decayed = values.narrow(0, 0, parameters.decayedCount());
        mean = torch.zeros_like(values);
        squareMean = torch.zeros_like(values);
    }

    @Override
    public String name() {
        return "adamw";
    }

    /// A step that does not apply runs through the same operations with numbers that change no bit: the state is
    /// multiplied by 1, and -0.0 is added, which leaves even -0.0 as it is where 0.0 would not.
    @Override
    public void step(double learningRate, Tensor applies) {
        try (PointerScope _ = new PointerScope();
                NoGradGuard _ = new NoGradGuard()) {
            stepCount.add_(applies);
            Tensor steps = stepCount.select(0, 0).to(ScalarType.Double);
            double firstDecay = settings.firstDecay();
            double secondDecay = settings.secondDecay();
            torch.where_out(gradients, applies, gradients, minusZero);
            decayed.mul_(factor(1 - learningRate * settings.weightDecay(), applies));
            mean.mul_(factor(firstDecay, applies)).add_(gradients, new Scalar(1 - firstDecay));
            squareMean.mul_(factor(secondDecay, applies)).addcmul_(gradients, gradients, new Scalar(1 - secondDecay));
            Tensor deviation = squareMean
                    .sqrt()
                    .div_(correction(secondDecay, steps).sqrt_())
                    .add_(new Scalar(settings.epsilon()));
            Tensor rate = torch.scalar_tensor(new Scalar(-learningRate), new TensorOptions(ScalarType.Double))
                    .div_(correction(firstDecay, steps));
            Tensor movement = mean.mul(rate).div_(deviation);
            values.add_(torch.where_out(movement, applies, movement, minusZero));
        }
    }

    private static Tensor factor(double value, Tensor applies) {
        return torch.where(applies, new Scalar(value), new Scalar(1.0));
    }

    /// What a running mean that began at zero is short by: 1 - decay^steps.
    private static Tensor correction(double decay, Tensor steps) {
        return torch.pow(new Scalar(decay), steps).neg_().add_(new Scalar(1.0));
    }

    @Override
    public SequencedMap<String, Tensor> state() {
        SequencedMap<String, Tensor> state = new LinkedHashMap<>();
        state.put("mean", mean);
        state.put("square-mean", squareMean);
        state.put("step-count", stepCount);
        return state;
    }
}
