package dev.penstock.trainer.optimize;

import dev.penstock.trainer.tensor.Parameters;
import java.nio.file.Path;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.InputArchive;
import org.bytedeco.pytorch.OptimizerParamGroup;
import org.bytedeco.pytorch.OutputArchive;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/// libtorch's AdamW over flat parameters (Loshchilov & Hutter 2019, "Decoupled Weight Decay Regularization").
///
/// Two tensors, those that decay and those that do not, whatever the number of parameters.
///
/// Threading: confined to the thread that trains.
public final class AdamWOptimizer {

    private final AdamW adamW;

    public AdamWOptimizer(Parameters parameters, AdamWSettings settings) {
        long decayed = parameters.decayedCount();
        long exempt = parameters.count() - decayed;
        adamW = new AdamW(new TensorVector(slice(parameters, 0, decayed)), options(settings, settings.weightDecay()));
        OptimizerParamGroup exemptGroup =
                new OptimizerParamGroup(new TensorVector(slice(parameters, decayed, exempt)), options(settings, 0));
        adamW.add_param_group(exemptGroup);
    }

    private static Tensor slice(Parameters parameters, long begin, long count) {
        Tensor values = parameters.values().narrow(0, begin, count).detach();
        values.mutable_grad().put(parameters.gradients().narrow(0, begin, count));
        return values;
    }

    private static AdamWOptions options(AdamWSettings settings, double weightDecay) {
        AdamWOptions options = new AdamWOptions();
        // A std::tuple<double, double>, and libstdc++ lays the last element of a tuple first.
        options.betas().put(0, settings.secondDecay()).put(1, settings.firstDecay());
        options.eps().put(settings.epsilon());
        options.weight_decay().put(weightDecay);
        return options;
    }

    /// Moves the parameters against their gradients.
    public void step(double learningRate) {
        try (PointerScope _ = new PointerScope()) {
            var groups = adamW.param_groups();
            for (long i = 0; i < groups.size(); i++) {
                groups.get(i).options().set_lr(learningRate);
            }
            adamW.step();
        }
    }

    /// Writes moments and step counts.
    public void save(Path file) {
        try (OutputArchive archive = new OutputArchive()) {
            adamW.save(archive);
            archive.save_to(file.toString());
        }
    }

    /// Takes over what [#save(Path)] wrote for parameters of the same shape.
    public void load(Path file) {
        try (InputArchive archive = new InputArchive()) {
            archive.load_from(file.toString());
            adamW.load(archive);
        }
    }
}
