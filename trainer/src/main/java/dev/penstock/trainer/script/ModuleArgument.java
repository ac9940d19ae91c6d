package dev.penstock.trainer.script;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Argument;
import org.bytedeco.pytorch.JitModule;

/// One argument of a module's `forward`, as the module declares it.
///
/// @param type in TorchScript's words
/// @param isRequired whether every call must pass it
record ModuleArgument(String name, String type, boolean isRequired) {

    boolean isTensor() {
        return type.equals("Tensor") || type.equals("Tensor?") || type.equals("Optional[Tensor]");
    }

    /// The arguments of `forward` behind `self`.
    static List<ModuleArgument> of(JitModule module) {
        List<ModuleArgument> arguments = new ArrayList<>();
        Argument declared = module.get_method("forward").function().getSchema().arguments();
        for (long i = 1; i < declared.limit(); i++) {
            Argument argument = declared.getPointer(i);
            arguments.add(new ModuleArgument(
                    argument.name().getString(),
                    argument.type().get().str().getString(),
                    !argument.default_value().has_value()));
        }
        return arguments;
    }

    @Override
    public String toString() {
        return name + ": " + type;
    }
}
