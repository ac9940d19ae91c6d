package dev.penstock.trainer.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.penstock.batch.Batch;
import dev.penstock.batch.ElementType;
import dev.penstock.batch.Field;
import dev.penstock.error.ConfigurationException;
import dev.penstock.order.SampleSeeds;
import dev.penstock.trainer.SoloStep;
import dev.penstock.trainer.StepResult;
import dev.penstock.trainer.TestBatches;
import dev.penstock.trainer.checkpoint.Checkpoints;
import dev.penstock.trainer.checkpoint.RunState;
import dev.penstock.trainer.model.Loss;
import dev.penstock.trainer.model.MicroBatch;
import dev.penstock.trainer.model.Precision;
import dev.penstock.trainer.optimize.AdamWOptimizer;
import dev.penstock.trainer.optimize.AdamWSettings;
import dev.penstock.trainer.optimize.Constant;
import dev.penstock.trainer.tensor.Libtorch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScriptModelTest {

    private static final List<Field> FIELDS =
            List.of(new Field("x.f32", ElementType.FLOAT32), new Field("y.i64", ElementType.INT64));

    private static final ModuleContract CLASSIFIER =
            ModuleContract.of(new ModuleLoss.CrossEntropy("y")).withShape("x", 4L);

    private static final String LINEAR = """
            def forward(self, x):
                return torch.linear(x, self.weight, self.bias)
            """;

    /// The class of a sample is the largest of its first three values.
    private static final int CLASSES = 3;

    @TempDir
    private Path directory;

    @BeforeAll
    static void start() {
        Libtorch.initialize(1);
    }

    private Path linear(String forward) {
        return script(forward, UnaryOperator.identity(), Map.of());
    }

    private Path script(String forward, UnaryOperator<Tensor> weight, Map<String, Tensor> buffers) {
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        parameters.put("weight", weight.apply(torch.zeros(CLASSES, 4)).set_requires_grad(true));
        parameters.put("bias", torch.zeros(CLASSES).set_requires_grad(true));
        return Scripts.save(directory.resolve("module-" + forward.hashCode() + ".pt"), parameters, buffers, forward);
    }

    private static ScriptModel load(Path file, ModuleContract contract) {
        return ScriptModel.load(file, contract, new SampleSeeds(3));
    }

    private static Batch batch(long step, int microBatches) {
        Random random = new Random(step);
        List<List<byte[][]>> samples = new ArrayList<>();
        for (int micro = 0; micro < microBatches; micro++) {
            List<byte[][]> some = new ArrayList<>();
            for (int i = 0; i < 32 / microBatches; i++) {
                float[] x = {random.nextFloat(), random.nextFloat(), random.nextFloat(), random.nextFloat()};
                long y = x[0] > x[1] ? x[0] > x[2] ? 0 : 2 : x[1] > x[2] ? 1 : 2;
                some.add(new byte[][] {TestBatches.bytes(x), TestBatches.bytes(y)});
            }
            samples.add(some);
        }
        return TestBatches.of(step, FIELDS, samples);
    }

    private static SoloStep step(ScriptModel model, AdamWOptimizer optimizer) {
        return new SoloStep(model, optimizer, new Constant(0.05), Double.POSITIVE_INFINITY);
    }

    private static AdamWOptimizer optimizer(ScriptModel model) {
        return new AdamWOptimizer(model.parameters(), AdamWSettings.defaults());
    }

    @Test
    void aModuleLearnsAndItsFileHoldsWhatItLearned() {
        ScriptModel model = load(linear(LINEAR), CLASSIFIER);
        SoloStep step = step(model, optimizer(model));
        List<StepResult> results = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            results.add(step.train(batch(i, 1)));
        }
        Path trained = directory.resolve("trained.pt");
        model.save(trained);

        assertThat(results.getFirst().loss()).isCloseTo(Math.log(CLASSES), within(1e-6));
        assertThat(results.getLast().loss()).isLessThan(0.75);
        assertThat(floats(load(trained, CLASSIFIER).parameters().values()))
                .isEqualTo(floats(model.parameters().values()));
        assertThat(load(trained, CLASSIFIER).stateDict()).containsOnlyKeys("weight", "bias");
        assertThat(step.train(batch(60, 1)).loss()).as("goes on after saving").isLessThan(0.75);
    }

    @Test
    void microBatchesMakeTheGradientOfTheWholeBatch() {
        ScriptModel whole = load(linear(LINEAR), CLASSIFIER);
        ScriptModel cut = load(linear(LINEAR), CLASSIFIER);

        StepResult one = step(whole, optimizer(whole)).train(batch(5, 1));
        StepResult four = step(cut, optimizer(cut)).train(batch(5, 4));

        assertThat(four.loss()).isCloseTo(one.loss(), within(1e-6));
        assertThat(floats(cut.parameters().gradients()))
                .containsExactly(floats(whole.parameters().gradients()), within(1e-6f));
    }

    @Test
    void aModuleThatSumsItsOwnLossGetsPackedValuesAndOffsets() {
        ScriptModel model = load(linear("""
                def forward(self, x, cu_seqlens, y):
                    logits = torch.linear(x.view(-1, 4), self.weight, self.bias)
                    loss = torch.sum(logits * logits) + torch.sum(self.bias) + cu_seqlens[-1].to(x.dtype)
                    return loss, cu_seqlens.size(0) - 1 + y.numel()
                """), ModuleContract.of(new ModuleLoss.Own()));

        Loss loss = model.loss(new MicroBatch(batch(1, 2), 1)).orElseThrow();

        assertThat(loss.sum().item_double()).isEqualTo(4.0 * 16);
        assertThat(loss.targetCount().item_long()).isEqualTo(16 + 16);
    }

    @Test
    void argumentsCanBeNamedByPosition() {
        ModuleContract contract =
                new ModuleContract(List.of("x"), Map.of("x", List.of(4L)), new ModuleLoss.CrossEntropy("y"));
        ScriptModel model = load(linear(LINEAR.replace("x", "input")), contract);

        assertThat(model.loss(new MicroBatch(batch(1, 1), 0))
                        .orElseThrow()
                        .targetCount()
                        .item_long())
                .isEqualTo(32);
    }

    @Test
    void tiedParametersStayOneAndFrozenOnesStayAsTheyAre() {
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        Tensor shared = torch.full(new long[] {4, 4}, new Scalar(0.1)).set_requires_grad(true);
        parameters.put("first", shared);
        parameters.put("second", shared);
        parameters.put("frozen", torch.ones(4));
        Path file = Scripts.save(directory.resolve("tied.pt"), parameters, Map.of(), """
                def forward(self, x):
                    return torch.linear(torch.linear(x + self.frozen, self.first), self.second)
                """);
        ScriptModel model = load(file, CLASSIFIER);
        Path trained = directory.resolve("trained.pt");

        step(model, optimizer(model)).train(batch(0, 1));
        model.save(trained);
        step(model, optimizer(model)).train(batch(1, 1));
        ScriptModel again = load(trained, CLASSIFIER);
        step(again, optimizer(again)).train(batch(1, 1));

        assertThat(model.parameters().count()).isEqualTo(16);
        assertThat(again.parameters().count()).isEqualTo(16);
        Map<String, Tensor> state = model.stateDict();
        assertThat(state).containsOnlyKeys("first", "second", "frozen");
        assertThat(floats(state.get("first")))
                .isEqualTo(floats(state.get("second")))
                .isNotEqualTo(floats(shared));
        assertThat(floats(state.get("frozen"))).containsOnly(1);
        assertThat(floats(again.parameters().values()))
                .isEqualTo(floats(model.parameters().values()));
        assertThat(floats(again.parameters().gradients()))
                .isEqualTo(floats(model.parameters().gradients()));
    }

    @Test
    void buffersAreRestoredWithTheCheckpointAndDropoutRepeats() {
        String forward = """
                def forward(self, x):
                    self.seen.add_(x.size(0))
                    return torch.linear(torch.dropout(x, 0.5, self.training), self.weight, self.bias)
                """;
        Path file = script(forward, UnaryOperator.identity(), Map.of("seen", torch.zeros(1)));
        ScriptModel model = load(file, CLASSIFIER);
        AdamWOptimizer optimizer = optimizer(model);
        SoloStep step = step(model, optimizer);
        step.train(batch(0, 1));
        step.train(batch(1, 1));
        new Checkpoints(directory.resolve("checkpoints"), 1)
                .save(new RunState(2, "", "", ""), model.parameters(), optimizer);
        StepResult uninterrupted = step.train(batch(2, 1));

        ScriptModel resumed = load(file, CLASSIFIER);
        AdamWOptimizer resumedOptimizer = optimizer(resumed);
        new Checkpoints(directory.resolve("checkpoints"), 1)
                .latest()
                .orElseThrow()
                .restore(resumed.parameters(), resumedOptimizer);
        StepResult again = step(resumed, resumedOptimizer).train(batch(2, 1));

        assertThat(again.loss()).isEqualTo(uninterrupted.loss());
        assertThat(resumed.stateDict().get("seen").item_double()).isEqualTo(3 * 32.0);
        assertThat(floats(resumed.parameters().values()))
                .isEqualTo(floats(model.parameters().values()));
    }

    @Test
    void autocastReachesTheOperatorsOfAModuleAndItsLossStaysFloat32() {
        UnaryOperator<Tensor> spread = _ -> torch.linspace(new Scalar(-1.0), new Scalar(0.9), CLASSES * 4)
                .view(CLASSES, 4)
                .set_requires_grad(true);
        ScriptModel model = load(script(LINEAR, spread, Map.of()), CLASSIFIER);
        MicroBatch samples = new MicroBatch(batch(3, 1), 0);

        Loss single = Precision.FP32.of(model).loss(samples).orElseThrow();
        Loss half = Precision.BF16.of(model).loss(samples).orElseThrow();
        half.sum().backward();

        assertThat(half.sum().scalar_type().intern()).isEqualTo(ScalarType.Float);
        assertThat(half.sum().item_double())
                .isNotEqualTo(single.sum().item_double())
                .isCloseTo(
                        single.sum().item_double(), within(1e-2 * single.sum().item_double()));
        assertThat(model.parameters().gradients().norm().item_double()).isPositive();
    }

    @Test
    void whatDoesNotFitIsRefusedWithBothSides() {
        ScriptModel missing = load(linear(LINEAR.replace("x", "image")), CLASSIFIER);
        assertRefused(() -> missing.requireFits(FIELDS), "missingField=image", "forward=[image: Tensor]", "x.f32");

        ScriptModel noTarget = load(linear(LINEAR), ModuleContract.of(new ModuleLoss.CrossEntropy("label")));
        assertRefused(() -> noTarget.requireFits(FIELDS), "missingField=label");

        ScriptModel floats = load(linear(LINEAR), ModuleContract.of(new ModuleLoss.CrossEntropy("x")));
        assertRefused(() -> floats.requireFits(FIELDS), "target=Field[name=x.f32", "whole numbers");

        ScriptModel number = load(linear("""
                def forward(self, x, scale: float):
                    return torch.linear(x, self.weight, self.bias) * scale
                """), CLASSIFIER);
        assertRefused(() -> number.requireFits(FIELDS), "argument=scale: float", "tensors");

        ScriptModel shape = load(linear(LINEAR), CLASSIFIER.withShape("z", 1L));
        assertRefused(() -> shape.requireFits(FIELDS), "shapeOf=z");
    }

    @Test
    void batchesAndResultsOfAnotherShapeAreRefusedInOneLine() {
        ModuleContract wrong =
                ModuleContract.of(new ModuleLoss.CrossEntropy("y")).withShape("x", 5L);
        assertRefused(
                () -> load(linear(LINEAR), wrong).loss(new MicroBatch(batch(1, 1), 0)),
                "field=x.f32",
                "sample=0",
                "expectedElements=5",
                "foundElements=4");

        ModuleContract packed = ModuleContract.of(new ModuleLoss.CrossEntropy("y"));
        assertRefused(
                () -> load(linear(LINEAR), packed).loss(new MicroBatch(batch(7, 1), 0)),
                "forward of a module failed",
                "step=7",
                "found=");

        String mean = LINEAR.replace("bias)", "bias).mean(1)");
        assertRefused(
                () -> load(linear(mean), CLASSIFIER).loss(new MicroBatch(batch(1, 1), 0)),
                "expected=logits [32, classes]",
                "found=Float[32]");

        String constant = LINEAR.replace("self.bias)", "self.bias).detach()");
        assertRefused(
                () -> load(linear(constant), CLASSIFIER).loss(new MicroBatch(batch(1, 1), 0)), "without a gradient");
    }

    @Test
    void filesThatCannotTrainAreRefused() throws IOException {
        Path text = Files.writeString(directory.resolve("text.pt"), "no module");
        assertRefused(() -> load(text, CLASSIFIER), "file=" + text, "torch.jit.save");

        Path frozen = Scripts.save(
                directory.resolve("frozen.pt"),
                Map.of(),
                Map.of("weight", torch.zeros(CLASSES, 4)),
                "def forward(self, x):\n    return torch.linear(x, self.weight)\n");
        assertRefused(() -> load(frozen, CLASSIFIER), "no parameter that requires a gradient");

        Path doubles = script(LINEAR, weight -> weight.to(ScalarType.Double), Map.of());
        assertRefused(() -> load(doubles, CLASSIFIER), "parameter=weight", "type=Double");
    }

    private static void assertRefused(Runnable attempt, String... parts) {
        assertThatThrownBy(attempt::run)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll(parts)
                .message()
                .doesNotContain("\n");
    }

    private static float[] floats(Tensor tensor) {
        float[] values = new float[Math.toIntExact(tensor.numel())];
        tensor.data_ptr_float().get(values);
        return values;
    }
}
