package dev.penstock.trainer.reduce;

import dev.penstock.trainer.model.Loss;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The loss and the number of targets of a step, added up as tensors.
final class LossTotals {

    private final Tensor totals = torch.zeros(new long[] {2}, new TensorOptions(ScalarType.Double));

    void clear() {
        totals.zero_();
    }

    void add(Loss loss) {
        try (PointerScope _ = new PointerScope();
                NoGradGuard _ = new NoGradGuard()) {
            totals.select(0, 0).add_(loss.sum());
            totals.select(0, 1).add_(loss.targetCount());
        }
    }

    /// Float64 `[2]`: losses, targets.
    Tensor tensor() {
        return totals;
    }
}
