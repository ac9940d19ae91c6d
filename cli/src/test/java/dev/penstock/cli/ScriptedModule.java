package dev.penstock.cli;

import dev.penstock.trainer.tensor.Libtorch;
import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.pytorch.CompilationUnit;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Type;
import org.bytedeco.pytorch.global.torch;

/// TorchScript files made from source, as PyTorch would have exported them.
final class ScriptedModule {

    private ScriptedModule() {}

    /// @param forward source of the method
    static Path save(Path file, Map<String, Tensor> parameters, Map<String, Tensor> buffers, String forward) {
        Libtorch.initialize(1);
        JitModule module = new JitModule(new QualifiedName("__torch__.Scripted"), new CompilationUnit());
        parameters.forEach((name, values) -> module.register_parameter(name, values.set_requires_grad(true), false));
        buffers.forEach(module::register_buffer);
        module.register_attribute("training", bool(), new IValue(true));
        module.define(forward);
        module.save(file.toString());
        return file;
    }

    /// Values that differ from each other, the same every time.
    static Tensor spread(long... shape) {
        long count = 1;
        for (long dimension : shape) {
            count *= dimension;
        }
        return torch.linspace(new Scalar(0.0), new Scalar(40.0), count).sin_().view(shape);
    }

    /// Taken from a schema, because the type itself has no constructor here.
    private static Type.TypePtr bool() {
        JitModule typed = new JitModule(new QualifiedName("__torch__.Typed"), new CompilationUnit());
        typed.define("def forward(self, x: bool):\n    return x\n");
        return typed.get_method("forward")
                .function()
                .getSchema()
                .arguments()
                .getPointer(1)
                .type();
    }
}
