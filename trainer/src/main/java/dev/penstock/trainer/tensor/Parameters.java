package dev.penstock.trainer.tensor;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// The parameters of a model, float32, all in one flat tensor; their gradients in another.
///
/// ```
/// values    | parameters that decay ........ | parameters that do not |
/// gradients | in the same order, same places                          |
/// ```
///
/// Every parameter and its gradient are views, and autograd adds into the gradient in place. So an all-reduce, a norm,
/// a checkpoint and an optimiser step are one call each over contiguous memory, however many parameters there are.
///
/// Ownership: native memory, freed once this object and the tensors taken from it are unreachable.
/// Threading: confined to the thread that trains.
public final class Parameters {

    private final List<ParameterSpec> specs;
    private final Map<String, Tensor> views = new LinkedHashMap<>();
    private final Tensor values;
    private final Tensor gradients;
    private final long decayedCount;

    /// Allocates the parameters and draws their first values: the same seed gives the same bits.
    public Parameters(List<ParameterSpec> specs, long seed) {
        this.specs = List.copyOf(specs);
        values = torch.zeros(elementCount(this.specs));
        gradients = torch.zeros(elementCount(this.specs));
        Generator generator = torch.make_generator_cpu(seed);
        long next = place(WeightDecay.APPLIED, 0, generator);
        decayedCount = next;
        place(WeightDecay.EXEMPT, next, generator);
    }

    private static long elementCount(List<ParameterSpec> specs) {
        return specs.stream().mapToLong(ParameterSpec::elementCount).sum();
    }

    private long place(WeightDecay decay, long begin, Generator generator) {
        long next = begin;
        for (ParameterSpec spec : specs) {
            if (spec.decay() != decay) {
                continue;
            }
            long count = spec.elementCount();
            Tensor view = values.narrow(0, next, count).view(spec.dimensions()).detach();
            try (NoGradGuard _ = new NoGradGuard()) {
                view.normal_(spec.mean(), spec.deviation(), new GeneratorOptional(generator));
            }
            view.set_requires_grad(true);
            view.mutable_grad().put(gradients.narrow(0, next, count).view(spec.dimensions()));
            if (views.put(spec.name(), view) != null) {
                throw new IllegalArgumentException("two parameters are named " + spec.name());
            }
            next += count;
        }
        return next;
    }

    public List<ParameterSpec> specs() {
        return specs;
    }

    /// One parameter: a leaf of the autograd graph.
    public Tensor get(String name) {
        return Objects.requireNonNull(views.get(name), name);
    }

    /// All values, float32 `[count]`.
    public Tensor values() {
        return values;
    }

    /// All gradients, float32 `[count]`, as accumulated since [#zeroGradients()].
    public Tensor gradients() {
        return gradients;
    }

    public long count() {
        return values.numel();
    }

    /// How many of the first elements belong to parameters that decay.
    public long decayedCount() {
        return decayedCount;
    }

    public void zeroGradients() {
        gradients.zero_();
    }
}
