package dev.penstock.trainer.model;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.trainer.tensor.ParameterSpec;
import dev.penstock.trainer.tensor.Parameters;
import dev.penstock.trainer.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// A decoder-only transformer that predicts each byte of a sample from the bytes before it.
///
/// Pre-norm blocks of [PackedAttention] with rotary positions and a GELU layer of four times the width. The output
/// layer starts at zero, so the first loss is ln 256 = 5.545 nats per byte exactly.
///
/// Threading: confined to the thread that trains.
public final class ByteTransformer {

    private static final long BYTE_VALUES = 256;

    /// The target number that libtorch's cross entropy leaves out of the sum.
    private static final long NO_TARGET = -100;

    private static final long REDUCTION_SUM = 2;

    private static final double NORM_EPSILON = 1e-5;

    private final TransformerShape shape;
    private final Parameters parameters;
    private final RotaryPositions rotary;

    /// @param seed of the first parameter values; equal on every rank, or broadcast them
    public ByteTransformer(TransformerShape shape, long seed) {
        this.shape = shape;
        parameters = new Parameters(specs(shape), seed);
        rotary = new RotaryPositions(shape.maxSampleBytes(), shape.headWidth());
    }

    private static List<ParameterSpec> specs(TransformerShape shape) {
        int width = shape.width();
        int hidden = shape.hiddenWidth();
        double residualScale = 0.5 / Math.sqrt(shape.layers());
        List<ParameterSpec> specs = new ArrayList<>();
        specs.add(ParameterSpec.matrix("embedding", BYTE_VALUES, width, 0.05));
        for (int layer = 0; layer < shape.layers(); layer++) {
            specs.add(ParameterSpec.vector(name(layer, "attention.norm.scale"), width, 1));
            specs.add(ParameterSpec.vector(name(layer, "attention.norm.bias"), width, 0));
            specs.add(ParameterSpec.matrix(name(layer, "attention.in"), 3L * width, width, 1 / Math.sqrt(width)));
            specs.add(
                    ParameterSpec.matrix(name(layer, "attention.out"), width, width, residualScale / Math.sqrt(width)));
            specs.add(ParameterSpec.vector(name(layer, "hidden.norm.scale"), width, 1));
            specs.add(ParameterSpec.vector(name(layer, "hidden.norm.bias"), width, 0));
            specs.add(ParameterSpec.matrix(name(layer, "hidden.in"), hidden, width, 1 / Math.sqrt(width)));
            specs.add(ParameterSpec.vector(name(layer, "hidden.in.bias"), hidden, 0));
            specs.add(
                    ParameterSpec.matrix(name(layer, "hidden.out"), width, hidden, residualScale / Math.sqrt(hidden)));
            specs.add(ParameterSpec.vector(name(layer, "hidden.out.bias"), width, 0));
        }
        specs.add(ParameterSpec.vector("output.norm.scale", width, 1));
        specs.add(ParameterSpec.vector("output.norm.bias", width, 0));
        specs.add(ParameterSpec.matrix("output", BYTE_VALUES, width, 0));
        return specs;
    }

    private static String name(int layer, String part) {
        return "layer" + layer + "." + part;
    }

    public Parameters parameters() {
        return parameters;
    }

    /// The loss of next-byte prediction, in nats, summed over the samples' targets.
    public Tensor lossSum(PackedSamples samples) {
        Tensor bytes = Tensors.alias(samples.bytes()).to(ScalarType.Long);
        Tensor logits = logits(bytes, samples);
        return torch.cross_entropy_loss(
                logits, targets(bytes, samples.lengths()), new TensorOptional(), REDUCTION_SUM, NO_TARGET, 0.0);
    }

    /// What the model expects after each packed byte: float32 `[T, 256]`.
    public Tensor logits(PackedSamples samples) {
        return logits(Tensors.alias(samples.bytes()).to(ScalarType.Long), samples);
    }

    private Tensor logits(Tensor bytes, PackedSamples samples) {
        requireFits(samples);
        RotaryPositions.Angles angles = rotary.anglesOf(samples);
        long[] lengths = samples.lengths();
        Tensor stream = torch.embedding(parameters.get("embedding"), bytes);
        for (int layer = 0; layer < shape.layers(); layer++) {
            stream = stream.add(attention(layer, stream, angles, lengths));
            stream = stream.add(hidden(layer, stream));
        }
        return torch.linear(norm("output.norm", stream), parameters.get("output"));
    }

    private void requireFits(PackedSamples samples) {
        if (samples.maxLength() > shape.maxSampleBytes()) {
            throw new ConfigurationException(FailureMessage.of("forward pass")
                    .with("sampleBytes", samples.maxLength())
                    .with("maxSampleBytes", shape.maxSampleBytes())
                    .remedy("index the dataset with a maximum sample length the model can take"));
        }
    }

    private Tensor attention(int layer, Tensor stream, RotaryPositions.Angles angles, long[] lengths) {
        Tensor projected = torch.linear(
                        norm(name(layer, "attention.norm"), stream), parameters.get(name(layer, "attention.in")))
                .view(stream.size(0), 3, shape.heads(), shape.headWidth());
        Tensor attended = PackedAttention.attend(
                angles.turn(projected.select(1, 0)),
                angles.turn(projected.select(1, 1)),
                projected.select(1, 2),
                lengths);
        return torch.linear(attended, parameters.get(name(layer, "attention.out")));
    }

    private Tensor hidden(int layer, Tensor stream) {
        Tensor inner = linear(name(layer, "hidden.in"), norm(name(layer, "hidden.norm"), stream));
        return linear(name(layer, "hidden.out"), torch.gelu(inner, "tanh"));
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

    /// The bytes one place to the left, without a target at the last byte of each sample.
    private static Tensor targets(Tensor bytes, long[] lengths) {
        long count = bytes.size(0);
        long[] ends = Arrays.copyOf(lengths, lengths.length);
        Arrays.parallelPrefix(ends, Long::sum);
        long[] lastBytes = Arrays.stream(ends)
                .map(end -> end - 1)
                .filter(last -> last >= 0)
                .toArray();
        return torch.cat(new TensorVector(bytes.narrow(0, 1, count - 1), bytes.narrow(0, 0, 1)), 0)
                .index_fill(0, Tensors.copyOf(lastBytes), new Scalar(NO_TARGET));
    }
}
