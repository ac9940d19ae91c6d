package dev.penstock.trainer.script;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.NamedTensor;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.bytedeco.pytorch.named_buffer_iterator;
import org.bytedeco.pytorch.named_buffer_list;
import org.bytedeco.pytorch.named_parameter_iterator;
import org.bytedeco.pytorch.named_parameter_list;

/// The tensors of a module under the names that PyTorch gives them, as handles of their own.
final class ScriptTensors {

    private ScriptTensors() {}

    /// Every parameter, frozen ones included; a tensor that the module shares between two names has both.
    static SequencedMap<String, Tensor> parameters(JitModule module) {
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        named_parameter_list list = module.named_parameters();
        named_parameter_iterator end = list.end();
        for (named_parameter_iterator each = list.begin(); each.notEquals(end); each.increment()) {
            put(tensors, each.multiply());
        }
        return tensors;
    }

    static SequencedMap<String, Tensor> buffers(JitModule module) {
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        named_buffer_list list = module.named_buffers();
        named_buffer_iterator end = list.end();
        for (named_buffer_iterator each = list.begin(); each.notEquals(end); each.increment()) {
            put(tensors, each.multiply());
        }
        return tensors;
    }

    /// The handle of an iterator points into the pair it is part of, so it is copied.
    private static void put(SequencedMap<String, Tensor> tensors, NamedTensor named) {
        tensors.put(named.name().getString(), new Tensor(named.value()));
    }

    /// The parameters that train.
    ///
    /// @param file for messages
    static SequencedMap<String, Tensor> trained(Path file, JitModule module) {
        SequencedMap<String, Tensor> trained = parameters(module);
        trained.values().removeIf(tensor -> !tensor.requires_grad());
        trained.forEach((name, tensor) -> requireFloat32(file, name, tensor));
        if (trained.isEmpty()) {
            throw new ConfigurationException(FailureMessage.of("loading a module")
                    .with("file", file)
                    .with("found", "no parameter that requires a gradient")
                    .remedy("export it with torch.jit.script or torch.jit.trace, neither frozen nor under no_grad"));
        }
        return trained;
    }

    private static void requireFloat32(Path file, String name, Tensor tensor) {
        if (tensor.scalar_type().intern() != ScalarType.Float) {
            throw new ConfigurationException(FailureMessage.of("loading a module")
                    .with("file", file)
                    .with("parameter", name)
                    .with("type", tensor.scalar_type().intern())
                    .remedy("parameters train in float32: export module.float()"));
        }
    }
}
