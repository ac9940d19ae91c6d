package dev.penstock.trainer.script;

import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.pytorch.CompilationUnit;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Type;

/// TorchScript files made from source, as `torch.jit.save` would write them.
public final class Scripts {

    private Scripts() {}

    /// Taken from a schema, because the type itself has no constructor here.
    private static Type.TypePtr boolType() {
        JitModule module = new JitModule(new QualifiedName("__torch__.Bool"), new CompilationUnit());
        module.define("def forward(self, x: bool):\n    return x\n");
        return module.get_method("forward")
                .function()
                .getSchema()
                .arguments()
                .getPointer(1)
                .type();
    }

    /// @param forward source of the method
    public static Path save(Path file, Map<String, Tensor> parameters, Map<String, Tensor> buffers, String forward) {
        JitModule module = new JitModule(new QualifiedName("__torch__.Fixture"), new CompilationUnit());
        parameters.forEach((name, tensor) -> module.register_parameter(name, tensor, false));
        buffers.forEach(module::register_buffer);
        module.register_attribute("training", boolType(), new IValue(true));
        module.define(forward);
        module.save(file.toString());
        return file;
    }
}
