package dev.penstock.trainer.checkpoint;

import dev.penstock.trainer.optimize.AdamWOptimizer;
import dev.penstock.trainer.optimize.AdamWSettings;
import dev.penstock.trainer.tensor.Libtorch;
import dev.penstock.trainer.tensor.ParameterSpec;
import dev.penstock.trainer.tensor.Parameters;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.Scalar;

/// A process that saves checkpoints until it is killed. At step `n` every parameter is `n`.
final class SavingLoop {

    /// 4 MB: a save takes long enough to be hit.
    static final List<ParameterSpec> SPECS =
            List.of(ParameterSpec.matrix("weight", 1000, 1000, 0), ParameterSpec.vector("bias", 1000, 0));

    private SavingLoop() {}

    public static void main(String[] arguments) {
        Libtorch.initialize(1);
        Parameters parameters = new Parameters(SPECS, 0);
        AdamWOptimizer optimizer = new AdamWOptimizer(parameters, AdamWSettings.defaults());
        optimizer.step(0);
        Checkpoints checkpoints = new Checkpoints(Path.of(arguments[0]), 2);
        for (long step = 1; ; step++) {
            parameters.values().fill_(new Scalar((double) step));
            checkpoints.save(new RunState(step, "position " + step, "", "run"), parameters, optimizer);
            System.out.println("saved " + step);
        }
    }
}
