package dev.penstock.trainer.tensor;

import java.util.Arrays;
import java.util.List;

/// One parameter of a model before it exists: its name, shape, decay, and the distribution of its first values.
///
/// @param name unique in its model
/// @param mean of the normal distribution the first values are drawn from
/// @param deviation of that distribution; 0 makes every value the mean
public record ParameterSpec(String name, List<Long> shape, WeightDecay decay, double mean, double deviation) {

    public ParameterSpec {
        shape = List.copyOf(shape);
    }

    /// A matrix with normal values around 0; it decays.
    public static ParameterSpec matrix(String name, long rows, long columns, double deviation) {
        return new ParameterSpec(name, List.of(rows, columns), WeightDecay.APPLIED, 0, deviation);
    }

    /// A vector, such as a bias or the scale of a norm, of one value; it does not decay.
    public static ParameterSpec vector(String name, long length, double value) {
        return new ParameterSpec(name, List.of(length), WeightDecay.EXEMPT, value, 0);
    }

    /// A parameter that has its values already; one of two or more dimensions decays.
    static ParameterSpec like(String name, long... dimensions) {
        WeightDecay decay = dimensions.length > 1 ? WeightDecay.APPLIED : WeightDecay.EXEMPT;
        return new ParameterSpec(name, Arrays.stream(dimensions).boxed().toList(), decay, 0, 0);
    }

    long elementCount() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }

    long[] dimensions() {
        return shape.stream().mapToLong(Long::longValue).toArray();
    }
}
