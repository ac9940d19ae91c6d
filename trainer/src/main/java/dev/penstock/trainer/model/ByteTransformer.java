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
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// A decoder-only transformer that predicts each byte of a sample from the bytes before it.
///
/// ```
/// stream = embedding[byte] + previous[byte before]      the byte before a sample's first is one of its own
/// stream = stream + attention(norm(stream))             per layer; PackedAttention, rotary positions
/// stream = stream + hidden(norm(stream))                four times the width, GELU
/// logits = output · norm(stream) + pairs[byte]
/// ```
///
/// The `previous` and `pairs` tables hand the layers what short contexts say, so that the first hundred steps are not
/// spent on learning to look one byte back. The output starts at zero: the first loss is ln 256 = 5.545 nats per byte.
///
/// Threading: confined to the thread that trains.
public final class ByteTransformer implements Model {

    private static final long BYTE_VALUES = 256;

    /// The target number that libtorch's cross entropy leaves out of the sum.
    private static final long NO_TARGET = -100;

    private static final long REDUCTION_SUM = 2;

    private static final double NORM_EPSILON = 1e-5;

    /// Row of the `previous` table for the first byte of a sample, which has none before it.
    private static final long NO_PREVIOUS = BYTE_VALUES;

    /// Spread of the embeddings. Wide, for the norms take out the scale and what remains is slower, steadier turning:
    /// in 400 thousand bytes of Java, 0.3 reached a lower loss than the usual 0.05; 0.6 is the widest that was tried.
    private static final double EMBEDDING_DEVIATION = 0.6;

    /// Factors on tables that start at zero. Adam moves every weight by about the learning rate, however small the
    /// weight; the factor lets these reach useful logits in tens of steps instead of hundreds.
    private static final double OUTPUT_SCALE = 4;

    private static final double PAIR_SCALE = 10;

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
        specs.add(ParameterSpec.matrix("embedding", BYTE_VALUES, width, EMBEDDING_DEVIATION));
        specs.add(ParameterSpec.matrix("previous", BYTE_VALUES + 1, width, EMBEDDING_DEVIATION));
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
        specs.add(ParameterSpec.matrix("pairs", BYTE_VALUES, BYTE_VALUES, 0));
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
        requireBytes(fields);
    }

    /// Fails unless a model of any shape takes batches of these fields.
    public static void requireBytes(List<Field> fields) {
        if (fields.isEmpty() || fields.getFirst().type() != ElementType.UINT8) {
            throw new ConfigurationException(FailureMessage.of("byte transformer")
                    .with("fields", fields)
                    .remedy("the first field must be of type " + ElementType.UINT8));
        }
    }

    @Override
    public Optional<Loss> loss(MicroBatch microBatch) {
        requireBytes(microBatch.batch().fields());
        PackedSamples samples = PackedSamples.of(microBatch);
        return samples.targetCount() == 0
                ? Optional.empty()
                : Optional.of(new Loss(lossSum(samples), samples.targetCount()));
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
        Tensor stream = torch.embedding(parameters.get("embedding"), bytes)
                .add(torch.embedding(parameters.get("previous"), previous(bytes, lengths)));
        for (int layer = 0; layer < shape.layers(); layer++) {
            stream = stream.add(attention(layer, stream, angles, lengths));
            stream = stream.add(hidden(layer, stream));
        }
        Tensor scaled = norm("output.norm", stream).mul_(new Scalar(OUTPUT_SCALE));
        Tensor pairs = torch.embedding(parameters.get("pairs"), bytes).mul_(new Scalar(PAIR_SCALE));
        return torch.linear(scaled, parameters.get("output"))
                .to(ScalarType.Float)
                .add_(pairs);
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

    /// The bytes one place to the right; the first of each sample has no byte before it.
    private static Tensor previous(Tensor bytes, long[] lengths) {
        long[] ends = ends(lengths);
        long[] firstBytes = IntStream.range(0, lengths.length)
                .filter(i -> lengths[i] > 0)
                .mapToLong(i -> ends[i] - lengths[i])
                .toArray();
        return shifted(bytes, 1).index_fill_(0, Tensors.copyOf(firstBytes), new Scalar(NO_PREVIOUS));
    }

    /// The bytes one place to the left; the last of each sample has no target.
    private static Tensor targets(Tensor bytes, long[] lengths) {
        long[] ends = ends(lengths);
        long[] lastBytes = IntStream.range(0, lengths.length)
                .filter(i -> lengths[i] > 0)
                .mapToLong(i -> ends[i] - 1)
                .toArray();
        return shifted(bytes, -1).index_fill_(0, Tensors.copyOf(lastBytes), new Scalar(NO_TARGET));
    }

    private static Tensor shifted(Tensor bytes, long places) {
        return bytes.roll(new long[] {places}, 0);
    }

    private static long[] ends(long[] lengths) {
        long[] ends = lengths.clone();
        Arrays.parallelPrefix(ends, Long::sum);
        return ends;
    }
}
