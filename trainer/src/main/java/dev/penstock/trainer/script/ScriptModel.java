package dev.penstock.trainer.script;

import dev.penstock.batch.Batch;
import dev.penstock.batch.Field;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.order.SampleSeeds;
import dev.penstock.trainer.model.Loss;
import dev.penstock.trainer.model.MicroBatch;
import dev.penstock.trainer.model.Model;
import dev.penstock.trainer.tensor.Parameters;
import dev.penstock.trainer.weights.WeightFiles;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/// A TorchScript module that PyTorch exported, as a model that trains here and goes back to PyTorch.
///
/// Its first values are those of the file. Parameters that require no gradient stay as they are; buffers are what
/// `forward` makes of them. A call of `forward` sees the module in training mode, and random numbers that depend on the
/// samples it is given and on nothing else.
///
/// The graph runs as PyTorch's eager mode would run it: TorchScript's own optimiser changes the order of sums after it
/// has watched some calls, so that a resumed run would not repeat an uninterrupted one.
///
/// Threading: confined to the thread that trains.
public final class ScriptModel implements Model {

    private final Path file;
    private final JitModule module;
    private final boolean wasTraining;
    private final ModuleContract contract;
    private final SampleSeeds seeds;
    private final List<ModuleArgument> arguments;
    private final TiedParameters leaves;
    private final Parameters parameters;
    private @Nullable ModuleBinding binding;

    private ScriptModel(Path file, JitModule module, ModuleContract contract, SampleSeeds seeds) {
        this.file = file;
        this.module = module;
        this.wasTraining = module.is_training();
        this.contract = contract;
        this.seeds = seeds;
        this.arguments = ModuleArgument.of(module);
        this.leaves = TiedParameters.of(file, ScriptTensors.trained(file, module));
        this.parameters = Parameters.adopting(leaves.distinct(), () -> ScriptTensors.buffers(module));
        leaves.tie(parameters);
        module.train(true);
    }

    /// Loads what `torch.jit.save` wrote.
    ///
    /// @param seeds of what is random in the module, such as dropout
    public static ScriptModel load(Path file, ModuleContract contract, SampleSeeds seeds) {
        try {
            JitModule module = torch.load(file.toString(), new DeviceOptional(new Device("cpu")), false);
            return new ScriptModel(file, module, contract, seeds);
        } catch (RuntimeException refused) {
            if (refused instanceof ConfigurationException) {
                throw refused;
            }
            throw new ConfigurationException(
                    FailureMessage.of("loading a module")
                            .with("file", file)
                            .with("found", ScriptFailures.cause(refused))
                            .remedy("name a TorchScript file, as torch.jit.save writes it"),
                    refused);
        }
    }

    @Override
    public Parameters parameters() {
        return parameters;
    }

    @Override
    public void requireFits(List<Field> fields) {
        binding = new ModuleBinding(arguments, fields, contract);
    }

    private ModuleBinding bindingTo(List<Field> fields) {
        ModuleBinding bound = binding;
        if (bound == null || !bound.fields().equals(fields)) {
            bound = new ModuleBinding(arguments, fields, contract);
            binding = bound;
        }
        return bound;
    }

    @Override
    public Optional<Loss> loss(MicroBatch microBatch) {
        if (microBatch.sampleCount() == 0) {
            return Optional.empty();
        }
        ModuleBinding bound = bindingTo(microBatch.batch().fields());
        torch.setGraphExecutorOptimize(false);
        torch.manual_seed(seed(microBatch));
        try {
            IValue result = module.forward(bound.inputs(microBatch));
            return Optional.of(new ModuleResult(file, contract.loss(), result).loss(bound, microBatch));
        } catch (RuntimeException refused) {
            if (refused instanceof ConfigurationException) {
                throw refused;
            }
            throw new ConfigurationException(
                    FailureMessage.of("forward of a module")
                            .with("file", file)
                            .with("step", microBatch.batch().step())
                            .with("forward", arguments)
                            .with("found", ScriptFailures.cause(refused))
                            .remedy("state the inputs and shapes it takes, or convert elements in forward"),
                    refused);
        }
    }

    /// The same for the same samples, in whatever order and on whichever rank.
    private long seed(MicroBatch microBatch) {
        Batch batch = microBatch.batch();
        long sum = 0;
        for (int i = 0; i < microBatch.sampleCount(); i++) {
            sum += seeds.of(batch.epoch(), batch.sampleId(microBatch.firstSample() + i));
        }
        return sum;
    }

    /// Under the names of PyTorch's `state_dict()`; frozen parameters too, and each name of a shared one.
    @Override
    public Map<String, Tensor> stateDict() {
        SequencedMap<String, Tensor> state = new LinkedHashMap<>(ScriptTensors.parameters(module));
        state.putAll(ScriptTensors.buffers(module));
        return state;
    }

    /// Writes `model.pt` besides, for `torch.jit.load`.
    @Override
    public void export(Path directory) {
        WeightFiles.write(directory, stateDict());
        save(directory.resolve("model.pt"));
    }

    /// Writes the module with its present values, as `torch.jit.load` reads it.
    public void save(Path target) {
        Map<String, Tensor> views = new LinkedHashMap<>();
        leaves.distinct().forEach((name, leaf) -> views.put(name, leaf.detach()));
        // A view would be saved with all of the flat tensor it is a view of.
        leaves.separate();
        module.train(wasTraining);
        try {
            WeightFiles.replace(target, partial -> module.save(partial.toString()));
        } finally {
            module.train(true);
            leaves.distinct().forEach((name, leaf) -> leaf.set_data(views.get(name)));
            leaves.tie(parameters);
        }
    }
}
