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
    private final long decayedCount;
    private final Tensor mean;
    private final Tensor squareMean;
    private final Tensor stepCount = torch.zeros(new long[] {1}, new TensorOptions(ScalarType.Long));

    public AdamWOptimizer(Parameters parameters, AdamWSettings settings) {
        this.settings = settings;
        values = parameters.values();
        gradients = parameters.gradients();
        decayedCount = parameters.decayedCount();
        mean = torch.zeros_like(values);
        squareMean = torch.zeros_like(values);
    }

    @Override
    public String name() {
        return "adamw";
    }

    @Override
    public void step(double learningRate, Tensor applies) {
        try (PointerScope _ = new PointerScope();
                NoGradGuard _ = new NoGradGuard()) {
            stepCount.add_(applies);
            Tensor steps = stepCount.select(0, 0).to(ScalarType.Double);
            double firstDecay = settings.firstDecay();
            double secondDecay = settings.secondDecay();
            Tensor nextMean = mean.mul(new Scalar(firstDecay)).add_(gradients, new Scalar(1 - firstDecay));
            Tensor nextSquareMean = squareMean
                    .mul(new Scalar(secondDecay))
                    .addcmul_(gradients, gradients, new Scalar(1 - secondDecay));
            Tensor deviation = nextSquareMean
                    .sqrt()
                    .div_(correction(secondDecay, steps).sqrt_())
                    .add_(new Scalar(settings.epsilon()));
            Tensor rate = torch.scalar_tensor(new Scalar(-learningRate), new TensorOptions(ScalarType.Double))
                    .div_(correction(firstDecay, steps));
            Tensor moved = values.clone();
            moved.narrow(0, 0, decayedCount).mul_(new Scalar(1 - learningRate * settings.weightDecay()));
            moved.add_(nextMean.mul(rate).div_(deviation));
            torch.where_out(mean, applies, nextMean, mean);
            torch.where_out(squareMean, applies, nextSquareMean, squareMean);
            torch.where_out(values, applies, moved, values);
        }
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
