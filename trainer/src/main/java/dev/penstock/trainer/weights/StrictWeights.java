package dev.penstock.trainer.weights;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.trainer.tensor.Tensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/// The weights of a file, for a model that has exactly these names and shapes.
///
/// @param file for messages
/// @param tensors of any element type; they take on that of the model
public record StrictWeights(Path file, Map<String, Tensor> tensors) {

    /// A message shows so many names of each kind; a wrong model differs in all.
    private static final int SHOWN = 5;

    /// Reads a safetensors file, or a state dict of PyTorch: by what it is, not by its name.
    public static StrictWeights read(Path file) {
        return new StrictWeights(file, WeightFiles.read(file));
    }

    /// Overwrites the values of a state dict; changes nothing unless all of it fits and is finite. A mask that is
    /// infinite in the model itself may be so in the file.
    public void copyTo(Map<String, Tensor> model) {
        List<String> missing = without(model.keySet(), tensors.keySet());
        List<String> unexpected = without(tensors.keySet(), model.keySet());
        List<String> otherShape = new ArrayList<>();
        model.forEach((name, tensor) -> {
            Tensor given = tensors.get(name);
            if (given != null && !Arrays.equals(Tensors.shape(given), Tensors.shape(tensor))) {
                otherShape.add(name + Arrays.toString(Tensors.shape(given)) + " for "
                        + Arrays.toString(Tensors.shape(tensor)));
            }
        });
        if (!missing.isEmpty() || !unexpected.isEmpty() || !otherShape.isEmpty()) {
            throw new ConfigurationException(FailureMessage.of("loading weights")
                    .with("file", file)
                    .with("missing", shown(missing))
                    .with("unexpected", shown(unexpected))
                    .with("otherShape", shown(otherShape))
                    .remedy("name the weights of this very model: all of its names, no others, the same shapes"));
        }
        List<String> notFinite = model.keySet().stream()
                .filter(name -> !isFinite(tensors.get(name)) && isFinite(model.get(name)))
                .toList();
        if (!notFinite.isEmpty()) {
            throw new ConfigurationException(FailureMessage.of("loading weights")
                    .with("file", file)
                    .with("notFinite", shown(notFinite))
                    .remedy("name weights without NaN and infinity: no step changes a model that has one"));
        }
        try (NoGradGuard _ = new NoGradGuard()) {
            model.forEach((name, tensor) -> tensor.copy_(Objects.requireNonNull(tensors.get(name))));
        }
    }

    private static boolean isFinite(@Nullable Tensor tensor) {
        return Objects.requireNonNull(tensor).isfinite().all().item_bool();
    }

    private static List<String> without(Set<String> names, Set<String> others) {
        return names.stream().filter(name -> !others.contains(name)).toList();
    }

    private static String shown(List<String> names) {
        if (names.isEmpty()) {
            return "none";
        }
        String first = String.join(" ", names.subList(0, Math.min(SHOWN, names.size())));
        return names.size() > SHOWN ? first + " and " + (names.size() - SHOWN) + " more" : first;
    }
}
