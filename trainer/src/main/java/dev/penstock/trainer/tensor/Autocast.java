package dev.penstock.trainer.tensor;

import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// A region in which operators choose their precision as under `torch.autocast("cpu", torch.bfloat16)`: products of
/// matrices, convolutions and attention in bfloat16, what needs the range or the digits in float32.
///
/// A parameter is cast once in a region and its cast kept. Closing the outermost region forgets the casts, because an
/// optimiser moves parameters in place and a cast would not follow. Backward belongs behind the region: it takes the
/// precision that forward took.
///
/// Threading: of the thread that opens it, which closes it, inner ones first.
public final class Autocast implements AutoCloseable {

    private final boolean wasEnabled = torch.is_autocast_enabled(DeviceType.CPU);
    private final boolean wasCaching = torch.is_autocast_cache_enabled();
    private final ScalarType typeBefore = torch.get_autocast_dtype(DeviceType.CPU);

    private Autocast(ScalarType type) {
        torch.set_autocast_enabled(DeviceType.CPU, true);
        torch.set_autocast_dtype(DeviceType.CPU, type);
        torch.set_autocast_cache_enabled(true);
        torch.increment_nesting();
    }

    public static Autocast bfloat16() {
        return new Autocast(ScalarType.BFloat16);
    }

    /// Leaves the thread as it was.
    @Override
    public void close() {
        if (torch.decrement_nesting() == 0) {
            torch.clear_cache();
        }
        torch.set_autocast_cache_enabled(wasCaching);
        torch.set_autocast_dtype(DeviceType.CPU, typeBefore);
        torch.set_autocast_enabled(DeviceType.CPU, wasEnabled);
    }
}
