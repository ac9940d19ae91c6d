package dev.penstock.trainer.script;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.batch.Batch;
import dev.penstock.batch.ElementType;
import dev.penstock.batch.Field;
import dev.penstock.order.SampleSeeds;
import dev.penstock.trainer.StepSettings;
import dev.penstock.trainer.TestBatches;
import dev.penstock.trainer.TrainingStep;
import dev.penstock.trainer.checkpoint.Checkpoints;
import dev.penstock.trainer.checkpoint.RunState;
import dev.penstock.trainer.optimize.Constant;
import dev.penstock.trainer.optimize.SgdOptimizer;
import dev.penstock.trainer.optimize.SgdSettings;
import dev.penstock.trainer.reduce.GradientReduction;
import dev.penstock.trainer.tensor.Libtorch;
import dev.penstock.trainer.weights.Safetensors;
import dev.penstock.trainer.world.Collective;
import dev.penstock.trainer.world.CollectiveTimeouts;
import dev.penstock.trainer.world.World;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A batch normalisation of what goes into a module: its running mean depends on the samples of a rank, and on nothing
/// that is learned.
@Timeout(120)
class BufferTest {

    private static final int STEPS = 4;

    private static final List<Field> FIELDS =
            List.of(new Field("x.f32", ElementType.FLOAT32), new Field("y.i64", ElementType.INT64));

    private static final ModuleContract CONTRACT =
            ModuleContract.of(new ModuleLoss.CrossEntropy("y")).withShape("x", 2L);

    @TempDir
    private Path directory;

    @BeforeAll
    static void start() {
        Libtorch.initialize(1);
    }

    private Path module() {
        return Scripts.save(
                directory.resolve("normal.pt"),
                Map.of("weight", torch.ones(2, 2).set_requires_grad(true)),
                Map.of("mean", torch.zeros(2), "variance", torch.ones(2)),
                """
                def forward(self, x):
                    normal = torch.batch_norm(
                        x, None, None, self.mean, self.variance, self.training, 0.1, 1e-5, False)
                    return torch.linear(normal, self.weight)
                """);
    }

    private static Batch share(long step, int rank) {
        Random random = new Random(10 * step + rank);
        List<byte[][]> samples = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            float[] x = {random.nextFloat() + rank, random.nextFloat()};
            samples.add(new byte[][] {TestBatches.bytes(x), TestBatches.bytes(x[0] > x[1] ? 1L : 0L)});
        }
        return TestBatches.of(step, FIELDS, List.of(samples.subList(0, 4), samples.subList(4, 6)));
    }

    /// @return the running mean after each step, then that of the checkpoint and that of the exported weights
    private List<List<Float>> train(Path module, World world) throws IOException {
        ScriptModel model = ScriptModel.load(module, CONTRACT, new SampleSeeds(1));
        SgdOptimizer optimizer = new SgdOptimizer(model.parameters(), new SgdSettings(0.9, 0));
        List<List<Float>> means = new ArrayList<>();
        try (Collective ranks = Collective.join(world, CollectiveTimeouts.defaults());
                GradientReduction reduction = GradientReduction.overlapped(model.parameters(), ranks)) {
            TrainingStep step = new TrainingStep(
                    model.parameters(), model, ranks, reduction, optimizer, new Constant(0.1), StepSettings.defaults());
            for (int i = 0; i < STEPS; i++) {
                step.train(share(i, world.rank()));
                means.add(mean(model.stateDict()));
            }
            step.settle();
            ranks.barrier();
        }
        Path left = directory.resolve("rank-" + world.rank() + "-of-" + world.worldSize());
        model.export(left.resolve("model"));
        means.add(mean(Safetensors.read(left.resolve("model").resolve("model.safetensors"))));
        Checkpoints checkpoints = new Checkpoints(left.resolve("checkpoints"), 1);
        checkpoints.save(new RunState(STEPS, "", "", ""), model.parameters(), optimizer);
        ScriptModel restored = ScriptModel.load(module, CONTRACT, new SampleSeeds(1));
        checkpoints
                .latest()
                .orElseThrow()
                .restore(restored.parameters(), new SgdOptimizer(restored.parameters(), new SgdSettings(0.9, 0)));
        means.add(mean(restored.stateDict()));
        return means;
    }

    private static List<Float> mean(Map<String, Tensor> state) {
        float[] values = new float[2];
        Objects.requireNonNull(state.get("mean")).data_ptr_float().get(values);
        return List.of(values[0], values[1]);
    }

    @Test
    void buffersOfEveryRankAreThoseOfTheFirstAfterEveryStepInCheckpointsAndWhenExported() throws Exception {
        Path module = module();
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        List<List<Float>> alone = train(module, World.single());
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            List<Callable<List<List<Float>>>> ranks = List.of(
                    () -> train(module, new World(0, 2, 0, "localhost", port)),
                    () -> train(module, new World(1, 2, 1, "localhost", port)));
            for (Future<List<List<Float>>> means : threads.invokeAll(ranks)) {
                assertThat(means.get()).isEqualTo(alone);
            }
        }
        assertThat(alone.subList(0, STEPS)).doesNotHaveDuplicates();
        assertThat(alone.subList(STEPS - 1, STEPS + 2))
                .as("after the last step")
                .containsOnly(alone.getLast());
    }
}
