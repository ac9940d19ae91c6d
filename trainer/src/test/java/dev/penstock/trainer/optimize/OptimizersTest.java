package dev.penstock.trainer.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.penstock.trainer.tensor.Libtorch;
import dev.penstock.trainer.tensor.ParameterSpec;
import dev.penstock.trainer.tensor.Parameters;
import java.util.List;
import java.util.function.DoubleConsumer;
import java.util.function.Function;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.OptimizerParamGroup;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The optimisers against libtorch's own, over the same gradients.
class OptimizersTest {

    private static final long SEED = 29;
    private static final int STEPS = 40;
    private static final double WEIGHT_DECAY = 0.1;

    private static final List<ParameterSpec> SPECS =
            List.of(ParameterSpec.matrix("weight", 37, 53, 0.3), ParameterSpec.vector("bias", 91, 0.2));

    @BeforeAll
    static void start() {
        Libtorch.initialize(1);
    }

    @Test
    void adamWMakesTheBitsOfLibtorch() {
        AdamWSettings settings = new AdamWSettings(0.9, 0.98, 1e-8, WEIGHT_DECAY);
        Parameters expected = new Parameters(SPECS, SEED);
        AdamW reference = new AdamW(slice(expected, 0, expected.decayedCount()), adamW(settings, WEIGHT_DECAY));
        reference.add_param_group(new OptimizerParamGroup(
                slice(expected, expected.decayedCount(), expected.count()), adamW(settings, 0)));
        trained(expected, rate -> {
            for (long i = 0; i < reference.param_groups().size(); i++) {
                reference.param_groups().get(i).options().set_lr(rate);
            }
            reference.step();
        });

        assertThat(train(parameters -> new AdamWOptimizer(parameters, settings)))
                .isEqualTo(floats(expected));
    }

    @Test
    void sgdMovesAsLibtorchDoes() {
        Parameters expected = new Parameters(SPECS, SEED);
        SGD reference = new SGD(slice(expected, 0, expected.decayedCount()), sgd(WEIGHT_DECAY));
        reference.add_param_group(
                new OptimizerParamGroup(slice(expected, expected.decayedCount(), expected.count()), sgd(0)));
        trained(expected, rate -> {
            for (long i = 0; i < reference.param_groups().size(); i++) {
                reference.param_groups().get(i).options().set_lr(rate);
            }
            reference.step();
        });

        assertThat(train(parameters -> new SgdOptimizer(parameters, new SgdSettings(0.9, WEIGHT_DECAY))))
                .containsExactly(floats(expected), within(1e-5f));
    }

    private static float[] train(Function<Parameters, Optimizer> optimizer) {
        Parameters parameters = new Parameters(SPECS, SEED);
        Optimizer made = optimizer.apply(parameters);
        trained(parameters, rate -> {
            made.step(rate, flag(true));
        });
        return floats(parameters);
    }

    private static void trained(Parameters parameters, DoubleConsumer step) {
        Generator generator = torch.make_generator_cpu(SEED + 1);
        for (int i = 0; i < STEPS; i++) {
            parameters.gradients().normal_(0, 0.1, new GeneratorOptional(generator));
            step.accept(0.01 + 0.001 * i);
        }
    }

    private static Tensor flag(boolean value) {
        return torch.scalar_tensor(new Scalar(value ? 1 : 0)).to(ScalarType.Bool);
    }

    private static AdamWOptions adamW(AdamWSettings settings, double weightDecay) {
        AdamWOptions options = new AdamWOptions();
        // A std::tuple of libstdc++, which lays its elements out from the last to the first.
        options.betas().put(0, settings.secondDecay()).put(1, settings.firstDecay());
        options.eps().put(settings.epsilon());
        options.weight_decay().put(weightDecay);
        return options;
    }

    private static SGDOptions sgd(double weightDecay) {
        SGDOptions options = new SGDOptions(0.01);
        options.momentum().put(0.9);
        options.weight_decay().put(weightDecay);
        return options;
    }

    private static TensorVector slice(Parameters parameters, long begin, long end) {
        Tensor values = parameters.values().narrow(0, begin, end - begin).detach();
        values.mutable_grad().put(parameters.gradients().narrow(0, begin, end - begin));
        return new TensorVector(values);
    }

    private static float[] floats(Parameters parameters) {
        float[] values = new float[Math.toIntExact(parameters.count())];
        parameters.values().data_ptr_float().get(values);
        return values;
    }
}
