package dev.penstock.trainer.reduce;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.trainer.model.Loss;
import dev.penstock.trainer.tensor.Parameters;
import dev.penstock.trainer.tensor.Tensors;
import dev.penstock.trainer.world.Collective;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The reduction whose result is the same to the bit on any number of ranks, however samples are spread over them.
///
/// Each sample goes through the model alone, so its gradient depends on nothing but the sample and the parameters, and
/// the gradients of all samples meet in [FixedPointSums]: locally, then over the ranks in one call, then rounded to
/// floats once. The loss and the numbers of targets and samples are sums of the same row.
///
/// A gradient, loss or number of targets out of the bounds of those sums makes the step's gradient and loss NaN on
/// every rank, as one that is not finite does. So do more than 2²⁰ samples in a step.
///
/// It holds among processors that compute a sample alike: of one kind, with one thread per operator. A buffer that
/// moves with the samples, as a batch normalisation's, would depend on their order; it is refused by name in the first
/// step.
///
/// Costs: what is lost by small kernels, a pass over three times the gradient for each sample, and four times the bytes
/// between ranks, none of it while backward runs. Unlike the other reductions it waits for every sample's result.
final class ReproducibleReduction implements GradientReduction {

    private final Parameters parameters;
    private final Collective ranks;
    private final MemorySegment gradients;
    private final FixedPointSums sums;
    private final Tensor totals = torch.zeros(new long[] {2}, new TensorOptions(ScalarType.Double));
    private final Map<String, Tensor> before = new LinkedHashMap<>();

    ReproducibleReduction(Parameters parameters, Collective ranks) {
        if (ranks.worldSize() > FixedPointSums.MAX_PARTS) {
            throw new ConfigurationException(FailureMessage.of("reproducible reduction")
                    .with("worldSize", ranks.worldSize())
                    .with("most", FixedPointSums.MAX_PARTS)
                    .remedy("use the overlapped reduction, or fewer ranks"));
        }
        this.parameters = parameters;
        this.ranks = ranks;
        gradients = Tensors.memory(parameters.gradients());
        sums = new FixedPointSums(parameters.count() + Total.values().length);
        parameters
                .buffers()
                .forEach((name, buffer) -> before.put(name, buffer.detach().clone()));
    }

    /// Sums behind those of the gradient.
    private enum Total {
        LOSS,
        TARGETS,
        SAMPLES
    }

    private long place(Total total) {
        return parameters.count() + total.ordinal();
    }

    @Override
    public StepUnit unit() {
        return StepUnit.SAMPLE;
    }

    @Override
    public void begin(int unitCount) {
        parameters.zeroGradients();
        sums.clear();
        try (PointerScope _ = new PointerScope();
                NoGradGuard _ = new NoGradGuard()) {
            parameters.buffers().forEach((name, buffer) -> before(name).copy_(buffer));
        }
    }

    private Tensor before(String buffer) {
        return Objects.requireNonNull(before.get(buffer), buffer);
    }

    @Override
    public void backward(int unit, Loss loss) {
        loss.sum().backward();
        sums.take(0, gradients);
        sums.add(place(Total.LOSS), loss.sum().item_double());
        sums.add(place(Total.TARGETS), loss.targetCount().item_double());
        sums.add(place(Total.SAMPLES), 1);
    }

    @Override
    public Reduced finish() {
        requireStillBuffers();
        long begun = System.nanoTime();
        ranks.sum(sums.words());
        long summed = System.nanoTime() - begun;
        boolean holds = sums.isExact() && sums.value(place(Total.SAMPLES)) <= FixedPointSums.MAX_TERMS;
        if (holds) {
            sums.read(0, gradients);
        } else {
            parameters.gradients().fill_(new Scalar(Double.NaN));
        }
        MemorySegment values = Tensors.memory(totals);
        values.setAtIndex(ValueLayout.JAVA_DOUBLE, 0, holds ? sums.value(place(Total.LOSS)) : Double.NaN);
        values.setAtIndex(ValueLayout.JAVA_DOUBLE, 1, sums.value(place(Total.TARGETS)));
        return new Reduced(totals, summed, summed);
    }

    private void requireStillBuffers() {
        try (PointerScope _ = new PointerScope()) {
            parameters.buffers().forEach((name, buffer) -> {
                if (!torch.equal(buffer, before(name))) {
                    throw new ConfigurationException(FailureMessage.of("reproducible reduction")
                            .with("movingBuffer", name)
                            .remedy("what moves with the order of samples depends on the number of ranks: normalise by"
                                    + " layer or group instead of by batch, or use the overlapped reduction"));
                }
            });
        }
    }

    @Override
    public void close() {}
}
