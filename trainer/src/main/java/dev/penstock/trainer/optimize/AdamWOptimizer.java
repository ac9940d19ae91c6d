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

    @Override
    public void step(double learningRate) {
        try (PointerScope _ = new PointerScope();
                NoGradGuard _ = new NoGradGuard()) {
            stepCount.add_(new Scalar(1L));
            long steps = stepCount.item_long();
            double firstDecay = settings.firstDecay();
            double secondDecay = settings.secondDecay();
            decayed.mul_(new Scalar(1 - learningRate * settings.weightDecay()));
            mean.mul_(new Scalar(firstDecay)).add_(gradients, new Scalar(1 - firstDecay));
            squareMean.mul_(new Scalar(secondDecay)).addcmul_(gradients, gradients, new Scalar(1 - secondDecay));
            Tensor deviation = squareMean
                    .sqrt()
                    .div_(new Scalar(Math.sqrt(1 - Math.pow(secondDecay, steps))))
                    .add_(new Scalar(settings.epsilon()));
            values.addcdiv_(mean, deviation, new Scalar(-learningRate / (1 - Math.pow(firstDecay, steps))));
        }
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
