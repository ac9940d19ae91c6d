package dev.penstock.trainer.model;

import dev.penstock.batch.ElementType;
import dev.penstock.batch.Field;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.trainer.tensor.ParameterSpec;
import dev.penstock.trainer.tensor.Parameters;
import dev.penstock.trainer.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// A causal convolution over time that predicts each row of a numeric series from the rows before it, after van den
/// Oord et al. 2016, "WaveNet": layer `l` sees its input at this row and `2^l` rows ago.
///
/// ```
/// stream = input · row
/// stream = stream + out · gelu(in · [normed now, normed 2^l rows ago])        per layer
/// next row = output · norm(stream)
/// ```
///
/// A sample is a series: float32 rows of `channels` values, oldest first. Series are packed, so short and long ones
/// cost what they are long, and none sees another. The output starts at zero: the first loss is the mean square of the
/// data, so values should be of unit scale, such as normalised returns.
///
/// Threading: confined to the thread that trains.
public final class SeriesModel implements Model {

    private static final double NORM_EPSILON = 1e-5;

    private final SeriesShape shape;
    private final Parameters parameters;

    /// @param seed of the first parameter values; equal on every rank, or broadcast them
    public SeriesModel(SeriesShape shape, long seed) {
        this.shape = shape;
        parameters = new Parameters(specs(shape), seed);
    }

    private static List<ParameterSpec> specs(SeriesShape shape) {
        int width = shape.width();
        int hidden = shape.hiddenWidth();
        List<ParameterSpec> specs = new ArrayList<>();
        specs.add(ParameterSpec.matrix("input", width, shape.channels(), 1 / Math.sqrt(shape.channels())));
        specs.add(ParameterSpec.vector("input.bias", width, 0));
        for (int layer = 0; layer < shape.layers(); layer++) {
            specs.add(ParameterSpec.vector(name(layer, "norm.scale"), width, 1));
            specs.add(ParameterSpec.vector(name(layer, "norm.bias"), width, 0));
            specs.add(ParameterSpec.matrix(name(layer, "in"), hidden, 2L * width, 1 / Math.sqrt(2.0 * width)));
            specs.add(ParameterSpec.vector(name(layer, "in.bias"), hidden, 0));
            specs.add(ParameterSpec.matrix(
                    name(layer, "out"), width, hidden, 1 / Math.sqrt((double) hidden * shape.layers())));
            specs.add(ParameterSpec.vector(name(layer, "out.bias"), width, 0));
        }
        specs.add(ParameterSpec.vector("output.norm.scale", width, 1));
        specs.add(ParameterSpec.vector("output.norm.bias", width, 0));
        specs.add(ParameterSpec.matrix("output", shape.channels(), width, 0));
        specs.add(ParameterSpec.vector("output.bias", shape.channels(), 0));
        return specs;
    }

    private static String name(int layer, String part) {
        return "layer" + layer + "." + part;
    }

    @Override
    public Parameters parameters() {
        return parameters;
    }

    @Override
    public void requireFits(List<Field> fields) {
        requireFloats(fields);
    }

    /// Fails unless a model of any shape takes batches of these fields.
    public static void requireFloats(List<Field> fields) {
        if (fields.isEmpty() || fields.getFirst().type() != ElementType.FLOAT32) {
            throw new ConfigurationException(FailureMessage.of("series model")
                    .with("fields", fields)
                    .remedy("the first field must be of type " + ElementType.FLOAT32
                            + ": pack raw little-endian floats in files that end in .f32"));
        }
    }

    @Override
    public Optional<Loss> loss(MicroBatch microBatch) {
        requireFloats(microBatch.batch().fields());
        long[] lengths = lengthsInRows(microBatch);
        long targets = shape.channels()
                * Arrays.stream(lengths).map(rows -> Math.max(0, rows - 1)).sum();
        if (targets == 0) {
            return Optional.empty();
        }
        Tensor values = Tensors.alias(microBatch.values(0), ElementType.FLOAT32).view(-1, shape.channels());
        SeriesRows rows = new SeriesRows(lengths);
        return Optional.of(new Loss(rows.squaredErrorOfNext(predictions(values, rows), values), targets));
    }

    private long[] lengthsInRows(MicroBatch microBatch) {
        long[] lengths = microBatch.lengths(0);
        for (int i = 0; i < lengths.length; i++) {
            if (lengths[i] % shape.channels() != 0) {
                throw new ConfigurationException(FailureMessage.of("series model")
                        .with("sample", microBatch.batch().sampleId(microBatch.firstSample() + i))
                        .with("values", lengths[i])
                        .with("channels", shape.channels())
                        .remedy("every sample must hold whole rows; state the number of values in a row"));
            }
            lengths[i] /= shape.channels();
        }
        return lengths;
    }

    /// What the model expects after each row, float32 `[rows, channels]`.
    ///
    /// @param values as `[rows, channels]`, series one after the other
    Tensor predictions(Tensor values, SeriesRows rows) {
        Tensor stream = linear("input", values).to(ScalarType.Float);
        for (int layer = 0; layer < shape.layers(); layer++) {
            Tensor now = norm(name(layer, "norm"), stream);
            Tensor before = rows.delayed(now, 1L << layer);
            Tensor inner = linear(name(layer, "in"), torch.cat(new TensorVector(now, before), 1));
            stream = stream.add(linear(name(layer, "out"), torch.gelu(inner, "tanh")));
        }
        return linear("output", norm("output.norm", stream)).to(ScalarType.Float);
    }

    private Tensor linear(String name, Tensor input) {
        return torch.linear(input, parameters.get(name), new TensorOptional(parameters.get(name + ".bias")));
    }

    private Tensor norm(String name, Tensor input) {
        return torch.layer_norm(
                input,
                new long[] {shape.width()},
                new TensorOptional(parameters.get(name + ".scale")),
                new TensorOptional(parameters.get(name + ".bias")),
                NORM_EPSILON,
                true);
    }
}
