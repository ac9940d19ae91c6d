package dev.penstock.trainer.model;

import java.util.Arrays;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/// Causal self-attention inside each sample of a pack, and never across two.
///
/// One call of libtorch's flash kernel per sample, over views of the packed tensors: work and memory grow with the sum
/// of the squared lengths. A block-diagonal mask over the whole pack would grow with the square of the sum.
final class PackedAttention {

    private PackedAttention() {}

    /// @param query as key and value: `[T, heads, headWidth]`
    /// @param lengths of the samples; their sum is T
    /// @return `[T, heads * headWidth]`
    static Tensor attend(Tensor query, Tensor key, Tensor value, long[] lengths) {
        long[] present = Arrays.stream(lengths).filter(length -> length > 0).toArray();
        TensorVector queries = query.split_with_sizes(present, 0);
        TensorVector keys = key.split_with_sizes(present, 0);
        TensorVector values = value.split_with_sizes(present, 0);
        Tensor[] attended = new Tensor[present.length];
        for (int i = 0; i < present.length; i++) {
            attended[i] = torch.scaled_dot_product_attention(
                            headsFirst(queries.get(i)),
                            headsFirst(keys.get(i)),
                            headsFirst(values.get(i)),
                            new TensorOptional(),
                            0.0,
                            true,
                            new DoubleOptional(),
                            false)
                    .squeeze(0)
                    .transpose(0, 1)
                    .flatten(1, 2);
        }
        return torch.cat(new TensorVector(attended), 0);
    }

    private static Tensor headsFirst(Tensor sample) {
        return sample.transpose(0, 1).unsqueeze(0);
    }
}
