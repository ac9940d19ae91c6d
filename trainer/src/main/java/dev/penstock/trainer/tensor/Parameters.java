package dev.penstock.trainer.tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.function.Supplier;
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
/// A model may have buffers besides: tensors that a forward pass moves without a gradient, as batch normalisation does.
///
/// Ownership: native memory, freed once this object and the tensors taken from it are unreachable.
/// Threading: confined to the thread that trains.
public final class Parameters {

    private final List<ParameterSpec> specs;
    private final SequencedMap<String, Tensor> views = new LinkedHashMap<>();
    private final SequencedMap<Tensor, ParameterLeaf> leaves = new LinkedHashMap<>();
    private final Tensor values;
    private final Tensor gradients;
    private final Supplier<Map<String, Tensor>> buffers;
    private final long decayedCount;

    /// Allocates the parameters and draws their first values: the same seed gives the same bits.
    public Parameters(List<ParameterSpec> specs, long seed) {
        this.specs = List.copyOf(specs);
        buffers = Map::of;
        values = torch.zeros(elementCount(this.specs));
        gradients = torch.zeros(elementCount(this.specs));
        Generator generator = torch.make_generator_cpu(seed);
        decayedCount = place((spec, view) -> drawn(spec, view, generator));
    }

    private Parameters(SequencedMap<String, Tensor> leaves, Supplier<Map<String, Tensor>> buffers) {
        List<ParameterSpec> adopted = new ArrayList<>();
        leaves.forEach((name, leaf) -> adopted.add(ParameterSpec.like(name, Tensors.shape(leaf))));
        this.specs = List.copyOf(adopted);
        this.buffers = buffers;
        values = torch.zeros(elementCount(specs));
        gradients = torch.zeros(elementCount(specs));
        decayedCount = place((spec, view) -> moved(Objects.requireNonNull(leaves.get(spec.name())), view));
    }

    /// Takes over tensors that a model made elsewhere goes on using: their values move to the flat tensor, and they
    /// become views of it. Those of two or more dimensions decay.
    ///
    /// @param leaves float32, each a leaf that requires its gradient, no two the same
    /// @param buffers the model's buffers as they are when asked; contiguous
    public static Parameters adopting(SequencedMap<String, Tensor> leaves, Supplier<Map<String, Tensor>> buffers) {
        return new Parameters(leaves, buffers);
    }

    private static long elementCount(List<ParameterSpec> specs) {
        return specs.stream().mapToLong(ParameterSpec::elementCount).sum();
    }

    /// Makes the tensor of one parameter out of its place among the values.
    private interface Placing {
        Tensor leaf(ParameterSpec spec, Tensor view);
    }

    /// @return how many elements decay
    private long place(Placing placing) {
        long decayed = place(WeightDecay.APPLIED, 0, placing);
        place(WeightDecay.EXEMPT, decayed, placing);
        return decayed;
    }

    private long place(WeightDecay decay, long begin, Placing placing) {
        long next = begin;
        for (ParameterSpec spec : specs) {
            if (spec.decay() != decay) {
                continue;
            }
            long count = spec.elementCount();
            Tensor view = values.narrow(0, next, count).view(spec.dimensions()).detach();
            Tensor leaf = placing.leaf(spec, view);
            leaf.mutable_grad().put(gradients.narrow(0, next, count).view(spec.dimensions()));
            if (views.put(spec.name(), leaf) != null) {
                throw new IllegalArgumentException("two parameters are named " + spec.name());
            }
            leaves.put(leaf, new ParameterLeaf(leaf, next));
            next += count;
        }
        return next;
    }

    private static Tensor drawn(ParameterSpec spec, Tensor view, Generator generator) {
        try (NoGradGuard _ = new NoGradGuard()) {
            view.normal_(spec.mean(), spec.deviation(), new GeneratorOptional(generator));
        }
        view.set_requires_grad(true);
        return view;
    }

    private static Tensor moved(Tensor leaf, Tensor view) {
        try (NoGradGuard _ = new NoGradGuard()) {
            view.copy_(leaf);
        }
        leaf.set_data(view);
        return leaf;
    }

    /// Makes another leaf of the same shape one with a parameter: both see its values, and their gradients add up.
    /// Tying them again, after one was moved elsewhere, is allowed.
    public void tie(Tensor leaf, String name) {
        leaf.set_data(get(name).detach());
        leaf.mutable_grad().put(get(name).grad());
        ParameterLeaf first = Objects.requireNonNull(leaves.get(get(name)));
        leaves.put(leaf, new ParameterLeaf(leaf, first.begin()));
    }

    /// Every leaf that adds to the gradients: each parameter, and those tied to one.
    public List<ParameterLeaf> leaves() {
        return List.copyOf(leaves.values());
    }

    public List<ParameterSpec> specs() {
        return specs;
    }

    /// One parameter: a leaf of the autograd graph.
    public Tensor get(String name) {
        return Objects.requireNonNull(views.get(name), name);
    }

    /// Every parameter by its name, in order.
    public SequencedMap<String, Tensor> named() {
        return Collections.unmodifiableSequencedMap(views);
    }

    /// The buffers by name, as they are now.
    public Map<String, Tensor> buffers() {
        return buffers.get();
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
