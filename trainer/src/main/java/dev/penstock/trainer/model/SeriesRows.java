package dev.penstock.trainer.model;

import dev.penstock.trainer.tensor.Tensors;
import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The rows of several series, one series after the other without gaps: which row is which in its own series.
///
/// Work and memory grow with the sum of the lengths; no row is padding.
final class SeriesRows {

    private final long count;
    private final Tensor positions;
    private final Tensor predicted;

    /// @param lengths of the series, in rows
    SeriesRows(long... lengths) {
        count = Arrays.stream(lengths).sum();
        long[] position = new long[Math.toIntExact(count)];
        long[] left = new long[position.length];
        int next = 0;
        for (long length : lengths) {
            for (int row = 0; row < length; row++) {
                position[next] = row;
                left[next] = length - 1 - row;
                next++;
            }
        }
        positions = Tensors.copyOf(position).view(count, 1);
        predicted = Tensors.copyOf(left).view(count, 1).gt(new Scalar(0)).to(ScalarType.Float);
    }

    /// Each row replaced by the one `distance` before it in its series; zeros where there is none.
    Tensor delayed(Tensor values, long distance) {
        if (distance >= count) {
            return torch.zeros_like(values);
        }
        Tensor shifted = torch.constant_pad_nd(values, 0, 0, distance, -distance);
        return shifted.mul(positions.ge(new Scalar(distance)).to(ScalarType.Float));
    }

    /// Sum of the squared differences between what stands at each row and the row after it in its series.
    Tensor squaredErrorOfNext(Tensor predictions, Tensor values) {
        Tensor difference = predictions.narrow(0, 0, count - 1).sub(values.narrow(0, 1, count - 1));
        return difference
                .pow(new Scalar(2))
                .mul(predicted.narrow(0, 0, count - 1))
                .sum();
    }
}
