package dev.penstock.trainer.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// Tensors of a file, beside those that they should be.
final class NamedTensors {

    private NamedTensors() {}

    /// Names, types, shapes and values are the same.
    static void assertSameBits(Map<String, Tensor> read, Map<String, Tensor> tensors) {
        assertThat(read).containsOnlyKeys(tensors.keySet());
        tensors.forEach((name, tensor) -> {
            Tensor other = Objects.requireNonNull(read.get(name));
            assertThat(other.scalar_type().intern())
                    .as(name)
                    .isEqualTo(tensor.scalar_type().intern());
            assertThat(torch.equal(other, tensor)).as(name).isTrue();
        });
    }
}
