package dev.penstock.trainer.script;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.trainer.tensor.Parameters;
import dev.penstock.trainer.tensor.Tensors;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;

/// The parameters of a module, told apart from those that are another one by a second name.
///
/// A TorchScript file keeps tied parameters as tensors over one memory. They have to stay one when that memory is left
/// for the flat tensor, and to be one again in the file that is written.
///
/// @param distinct each memory once, by the first of its names
/// @param tied the others, by name
/// @param firstNames of each tied parameter, the name among the distinct
record TiedParameters(SequencedMap<String, Tensor> distinct, Map<String, Tensor> tied, Map<String, String> firstNames) {

    static TiedParameters of(Path file, SequencedMap<String, Tensor> trained) {
        SequencedMap<String, Tensor> distinct = new LinkedHashMap<>();
        Map<String, Tensor> tied = new LinkedHashMap<>();
        Map<String, String> firstNames = new HashMap<>();
        Map<Long, String> nameAt = new HashMap<>();
        trained.forEach((name, tensor) -> {
            String first = nameAt.putIfAbsent(tensor.data_ptr().address(), name);
            if (first == null || tensor.numel() == 0) {
                distinct.put(name, tensor);
            } else {
                requireSameShape(file, first, Objects.requireNonNull(trained.get(first)), name, tensor);
                tied.put(name, tensor);
                firstNames.put(name, first);
            }
        });
        return new TiedParameters(distinct, tied, firstNames);
    }

    private static void requireSameShape(Path file, String first, Tensor one, String second, Tensor other) {
        if (!Arrays.equals(Tensors.shape(one), Tensors.shape(other))) {
            throw new ConfigurationException(FailureMessage.of("loading a module")
                    .with("file", file)
                    .with("parameter", first + Arrays.toString(Tensors.shape(one)))
                    .with("overlaps", second + Arrays.toString(Tensors.shape(other)))
                    .remedy("parameters that share memory must have the same shape"));
        }
    }

    /// Makes them one again, once the distinct ones are where they train.
    void tie(Parameters parameters) {
        tied.forEach((name, tensor) -> parameters.tie(tensor, Objects.requireNonNull(firstNames.get(name))));
    }

    /// Gives each memory of its own size, as a file should have it, until [#tie] is called again.
    void separate() {
        distinct.forEach((_, leaf) -> leaf.set_data(leaf.detach().clone()));
        tied.forEach((name, leaf) -> leaf.set_data(
                Objects.requireNonNull(distinct.get(firstNames.get(name))).detach()));
    }
}
