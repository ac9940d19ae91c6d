package dev.penstock.trainer.optimize;

import dev.penstock.trainer.tensor.Parameters;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// Stochastic gradient descent with heavy-ball momentum over flat parameters, as PyTorch defines it: the learning rate
/// scales the movement, not the momentum (Sutskever et al. 2013, "On the importance of initialization and momentum").
public final class SgdOptimizer implements Optimizer {

    private final SgdSettings settings;
    private final Tensor values;
    private final Tensor gradients;
    private final Tensor decayed;
    private final Tensor movement;

    public SgdOptimizer(Parameters parameters, SgdSettings settings) {
        this.settings = settings;
        values = parameters.values();
        gradients = parameters.gradients();
        movement = torch.zeros_like(values);
        decayed = values.narrow(0, 0, parameters.decayedCount());
    }

    @Override
    public String name() {
        return "sgd";
    }

    @Override
    public void step(double learningRate, Tensor applies) {
        try (PointerScope _ = new PointerScope();
                NoGradGuard _ = new NoGradGuard()) {
            Tensor next = movement.mul(new Scalar(settings.momentum())).add_(gradients);
            next.narrow(0, 0, decayed.numel()).add_(decayed, new Scalar(settings.weightDecay()));
            Tensor moved = values.add(next, new Scalar(-learningRate));
            torch.where_out(movement, applies, next, movement);
            torch.where_out(values, applies, moved, values);
        }
    }

    @Override
    public SequencedMap<String, Tensor> state() {
        SequencedMap<String, Tensor> state = new LinkedHashMap<>();
        state.put("movement", movement);
        return state;
    }
}
