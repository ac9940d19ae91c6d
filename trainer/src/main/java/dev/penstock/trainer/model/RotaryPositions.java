package dev.penstock.trainer.model;

import dev.penstock.trainer.tensor.Tensors;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Rotary position embedding: each pair of a head's channels turned by an angle proportional to the position, so that
/// the product of a query and a key depends on their distance alone (Su et al. 2021, "RoFormer").
///
/// Positions restart at every sample.
final class RotaryPositions {

    /// Longest wavelength of the angles, in positions over 2π; the value of the paper.
    private static final double BASE = 10_000;

    private final Tensor cosines;
    private final Tensor sines;
    private final long half;

    RotaryPositions(int maxPositions, int headWidth) {
        int pairs = headWidth / 2;
        float[] cos = new float[maxPositions * pairs];
        float[] sin = new float[maxPositions * pairs];
        for (int position = 0; position < maxPositions; position++) {
            for (int pair = 0; pair < pairs; pair++) {
                double angle = position * Math.pow(BASE, -pair / (double) pairs);
                cos[position * pairs + pair] = (float) Math.cos(angle);
                sin[position * pairs + pair] = (float) Math.sin(angle);
            }
        }
        half = pairs;
        cosines = table(cos, maxPositions, pairs);
        sines = table(sin, maxPositions, pairs);
    }

    private static Tensor table(float[] values, long rows, long columns) {
        try (FloatPointer source = new FloatPointer(values)) {
            return torch.from_blob(source, new long[] {rows, 1, columns}, new TensorOptions(ScalarType.Float))
                    .clone();
        }
    }

    /// The angles of packed samples; one per micro-batch, shared by its layers.
    Angles anglesOf(PackedSamples samples) {
        long[] positions = new long[Math.toIntExact(samples.byteCount())];
        int next = 0;
        for (long length : samples.lengths()) {
            for (int position = 0; position < length; position++) {
                positions[next++] = position;
            }
        }
        Tensor index = Tensors.copyOf(positions);
        return new Angles(cosines.index_select(0, index), sines.index_select(0, index));
    }

    /// Cosine and sine per packed position, float32 `[T, 1, headWidth / 2]`.
    final class Angles {

        private final Tensor cosine;
        private final Tensor sine;

        private Angles(Tensor cosine, Tensor sine) {
            this.cosine = cosine;
            this.sine = sine;
        }

        /// Turns queries or keys, `[T, heads, headWidth]`.
        Tensor turn(Tensor heads) {
            Tensor left = heads.narrow(2, 0, half);
            Tensor right = heads.narrow(2, half, half);
            Tensor turnedLeft = left.mul(cosine).sub(right.mul(sine));
            Tensor turnedRight = right.mul(cosine).add(left.mul(sine));
            return torch.cat(new TensorVector(turnedLeft, turnedRight), 2);
        }
    }
}
