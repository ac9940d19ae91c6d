package dev.penstock.trainer.checkpoint;

import dev.penstock.error.StoreAccessException;
import dev.penstock.trainer.optimize.AdamWOptimizer;
import dev.penstock.trainer.optimize.AdamWSettings;
import dev.penstock.trainer.tensor.Libtorch;
import dev.penstock.trainer.tensor.ParameterSpec;
import dev.penstock.trainer.tensor.Parameters;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.Scalar;

/// A process that saves checkpoints in the background until it is killed. At step `n` every parameter is `n`, and it
/// goes on to change them while the checkpoint is written.
final class SavingLoop {

    /// 4 MB: a save takes long enough to be hit.
    static final List<ParameterSpec> SPECS =
            List.of(ParameterSpec.matrix("weight", 1000, 1000, 0), ParameterSpec.vector("bias", 1000, 0));

    private SavingLoop() {}

    public static void main(String[] arguments) {
        Libtorch.initialize(1);
        Parameters parameters = new Parameters(SPECS, 0);
        AdamWOptimizer optimizer = new AdamWOptimizer(parameters, AdamWSettings.defaults());
        try (BackgroundCheckpoints checkpoints = new BackgroundCheckpoints(new Checkpoints(Path.of(arguments[0]), 2))) {
            for (long step = 1; ; step++) {
                parameters.values().fill_(new Scalar((double) step));
                checkpoints.save(new RunState(step, "position " + step, "", "run"), parameters, optimizer);
                for (StoreAccessException failed : checkpoints.takeFailures()) {
                    throw failed;
                }
                System.out.println("written " + (step - 1));
            }
        }
    }
}
