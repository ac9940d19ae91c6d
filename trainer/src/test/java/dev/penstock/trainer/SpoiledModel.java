package dev.penstock.trainer;

import dev.penstock.batch.Batch;
import dev.penstock.trainer.model.Loss;
import dev.penstock.trainer.model.LossFunction;
import dev.penstock.trainer.model.MicroBatch;
import dev.penstock.trainer.optimize.AdamWOptimizer;
import dev.penstock.trainer.optimize.AdamWSettings;
import dev.penstock.trainer.optimize.Constant;
import dev.penstock.trainer.reduce.GradientReduction;
import dev.penstock.trainer.tensor.Parameters;
import dev.penstock.trainer.tensor.Tensors;
import dev.penstock.trainer.world.Collective;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// A model of a matrix and a buffer, whose loss, gradient and buffer the first byte of a sample can spoil.
final class SpoiledModel implements LossFunction {

    static final byte GOOD = 0;

    /// Loss, gradients and buffer become NaN.
    static final byte NAN = 1;

    /// The loss becomes infinite; gradient and buffer stay finite.
    static final byte INFINITE_LOSS = 2;

    private final Tensor weight = torch.full(new long[] {4, 4}, new Scalar(0.5)).set_requires_grad(true);
    private final Tensor seen = torch.zeros(1);
    private final Parameters parameters = Parameters.adopting(leaves(), () -> Map.of("seen", seen));
    private final AdamWOptimizer optimizer = new AdamWOptimizer(parameters, AdamWSettings.defaults());

    private SequencedMap<String, Tensor> leaves() {
        SequencedMap<String, Tensor> leaves = new LinkedHashMap<>();
        leaves.put("weight", weight);
        return leaves;
    }

    static Batch batch(long step, byte kind) {
        return TestBatches.of(step, List.of(List.of(new byte[] {kind, (byte) (3 + step)})));
    }

    @Override
    public Optional<Loss> loss(MicroBatch samples) {
        byte kind = samples.values(0).get(ValueLayout.JAVA_BYTE, 0);
        Tensor mean = Tensors.alias(samples.values(0)).to(ScalarType.Float).mean();
        Tensor spoiled = kind == NAN ? mean.mul(new Scalar(Double.NaN)) : mean;
        try (NoGradGuard _ = new NoGradGuard()) {
            seen.add_(spoiled);
        }
        Tensor sum = weight.mul(spoiled).tanh().sum();
        return Optional.of(new Loss(kind == INFINITE_LOSS ? sum.add(new Scalar(Double.POSITIVE_INFINITY)) : sum, 1));
    }

    TrainingStep step(Collective ranks, GradientReduction reduction, StepSettings settings) {
        return new TrainingStep(parameters, this, ranks, reduction, optimizer, new Constant(0.1), settings);
    }

    Parameters parameters() {
        return parameters;
    }

    AdamWOptimizer optimizer() {
        return optimizer;
    }

    /// Every number that a step may change.
    String state() {
        TensorVector all = new TensorVector(parameters.values(), seen);
        optimizer.state().values().forEach(tensor -> all.push_back(tensor.to(ScalarType.Float)));
        Tensor joined = torch.cat(all);
        float[] numbers = new float[Math.toIntExact(joined.numel())];
        joined.data_ptr_float().get(numbers);
        return Arrays.toString(numbers);
    }
}
