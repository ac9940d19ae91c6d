package dev.penstock.trainer.reduce;

import dev.penstock.batch.Batch;
import dev.penstock.order.SampleSeeds;
import dev.penstock.trainer.TestBatches;
import dev.penstock.trainer.model.ByteTransformer;
import dev.penstock.trainer.model.Loss;
import dev.penstock.trainer.model.LossFunction;
import dev.penstock.trainer.model.MicroBatch;
import dev.penstock.trainer.model.Model;
import dev.penstock.trainer.model.TransformerShape;
import dev.penstock.trainer.script.ModuleContract;
import dev.penstock.trainer.script.ModuleLoss;
import dev.penstock.trainer.script.ScriptModel;
import dev.penstock.trainer.script.Scripts;
import dev.penstock.trainer.tensor.ParameterSpec;
import dev.penstock.trainer.tensor.Parameters;
import dev.penstock.trainer.tensor.Tensors;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// A model, and what each rank has of it in one step.
enum ReductionCase {
    UNEQUAL_UNITS,
    EMPTY_RANK,
    LAST_UNIT_WITHOUT_A_TARGET,
    UNUSED_PARAMETERS,
    TIED_PARAMETERS,
    MODULE;

    private static final long SEED = 41;

    private static final List<ParameterSpec> SPECS = List.of(
            ParameterSpec.matrix("first", 16, 16, 0.3),
            ParameterSpec.vector("scale", 16, 0.7),
            ParameterSpec.matrix("second", 16, 16, 0.3),
            ParameterSpec.matrix("third", 16, 16, 0.3));

    /// @param loss as the rank computes it
    record Fixture(Parameters parameters, LossFunction loss) {

        private static Fixture of(Model model) {
            return new Fixture(model.parameters(), model);
        }
    }

    /// Writes the module that [#MODULE] loads.
    static void prepare(Path directory) {
        Map<String, Tensor> leaves = new LinkedHashMap<>();
        Tensor shared = torch.full(new long[] {16, 16}, new Scalar(0.05)).set_requires_grad(true);
        leaves.put("inner", shared);
        leaves.put("outer", shared);
        leaves.put("scale", torch.ones(16).set_requires_grad(true));
        leaves.put("bias", torch.ones(16).set_requires_grad(true));
        Scripts.save(module(directory), leaves, Map.of(), """
                def forward(self, text):
                    x = text.float().view(-1, 16) / 100
                    y = torch.tanh(torch.linear(x, self.inner, self.bias)) * self.scale
                    return torch.sum(torch.tanh(torch.linear(y, self.outer))), text.numel()
                """);
    }

    private static Path module(Path directory) {
        return directory.resolve("module.pt");
    }

    Fixture fixture(Path directory, int rank) {
        return switch (this) {
            case UNEQUAL_UNITS, EMPTY_RANK, LAST_UNIT_WITHOUT_A_TARGET ->
                Fixture.of(new ByteTransformer(new TransformerShape(2, 16, 2, 64), SEED));
            case UNUSED_PARAMETERS -> unused(rank);
            case TIED_PARAMETERS -> tied();
            case MODULE ->
                Fixture.of(ScriptModel.load(
                        module(directory), ModuleContract.of(new ModuleLoss.Own()), new SampleSeeds(SEED)));
        };
    }

    /// The first rank does not touch what departs first, and the others nothing else.
    private static Fixture unused(int rank) {
        Parameters parameters = new Parameters(SPECS, SEED);
        return new Fixture(
                parameters,
                samples -> Optional.of(
                        rank == 0
                                ? curved(samples, parameters.get("first"), parameters.get("scale"))
                                : curved(samples, parameters.get("third"))));
    }

    private static Fixture tied() {
        Parameters parameters = new Parameters(SPECS, SEED);
        Tensor twin = torch.zeros(16, 16).set_requires_grad(true);
        parameters.tie(twin, "third");
        return new Fixture(
                parameters,
                samples -> Optional.of(curved(
                        samples,
                        parameters.get("third"),
                        parameters.get("first"),
                        parameters.get("scale"),
                        parameters.get("second"),
                        twin)));
    }

    private static Loss curved(MicroBatch samples, Tensor... factors) {
        Tensor product = Tensors.alias(samples.values(0)).to(ScalarType.Float).mean();
        for (Tensor factor : factors) {
            product = product.mul(factor).tanh();
        }
        return new Loss(product.sum(), samples.sampleCount());
    }

    List<MicroBatch> units(int rank) {
        List<byte[]> samples = switch (this) {
            case MODULE ->
                TestBatches.samples(SEED + rank, 6, 48).stream()
                        .map(sample -> Arrays.copyOf(sample, 32))
                        .toList();
            default -> TestBatches.samples(SEED + rank, 6, 48);
        };
        List<List<byte[]>> units = switch (this) {
            case EMPTY_RANK -> rank == 1 ? List.of() : List.of(samples);
            case LAST_UNIT_WITHOUT_A_TARGET -> rank == 1 ? List.of(samples, List.of(new byte[] {1})) : List.of(samples);
            default ->
                rank == 0
                        ? List.of(samples.subList(0, 2), samples.subList(2, 3), samples.subList(3, 6))
                        : List.of(samples);
        };
        Batch batch = TestBatches.of(0, units);
        return StepUnit.MICRO_BATCH.of(batch);
    }

    /// One step of a rank; after each unit, the observer is called.
    static Reduced reduce(GradientReduction reduction, LossFunction loss, List<MicroBatch> units, Runnable observer) {
        reduction.begin(units.size());
        for (int unit = 0; unit < units.size(); unit++) {
            try (PointerScope _ = new PointerScope()) {
                int number = unit;
                loss.loss(units.get(unit)).ifPresent(found -> reduction.backward(number, found));
            }
            observer.run();
        }
        return reduction.finish();
    }
}
