package dev.penstock.trainer.script;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// How a batch goes into a module, and what comes out.
///
/// Each argument of `forward` is a tensor named after a field: `image` gets field `image`, or `image.f32`, whose last
/// extension is its type. It is `[elements]`, the samples packed without gaps, or `[samples, …]` where a shape is
/// stated. An argument whose name ends in `cu_seqlens` gets the int32 `[samples + 1]` element offsets of the argument
/// before it. Elements come in the type they are stored in, except that uint16 is widened to int32.
///
/// @param inputs names for the arguments, by position, where those of `forward` say something else; empty uses its own
/// @param shapes of one sample, by the name of the argument; a scalar has an empty shape
public record ModuleContract(List<String> inputs, Map<String, List<Long>> shapes, ModuleLoss loss) {

    public ModuleContract {
        inputs = List.copyOf(inputs);
        shapes = Map.copyOf(shapes);
        shapes.forEach((name, shape) -> {
            if (shape.stream().anyMatch(dimension -> dimension < 1)) {
                throw new ConfigurationException(FailureMessage.of("module contract")
                        .with("input", name)
                        .with("shape", shape)
                        .remedy("every dimension must be at least 1"));
            }
        });
    }

    /// Arguments as `forward` names them.
    public static ModuleContract of(ModuleLoss loss) {
        return new ModuleContract(List.of(), Map.of(), loss);
    }

    /// States the shape of one sample of an argument.
    public ModuleContract withShape(String input, Long... dimensions) {
        Map<String, List<Long>> more = new HashMap<>(shapes);
        more.put(input, List.of(dimensions));
        return new ModuleContract(inputs, more, loss);
    }
}
