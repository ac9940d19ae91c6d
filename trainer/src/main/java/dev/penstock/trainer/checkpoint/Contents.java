package dev.penstock.trainer.checkpoint;

import dev.penstock.trainer.optimize.Optimizer;
import dev.penstock.trainer.tensor.Parameters;
import dev.penstock.trainer.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// What one checkpoint holds: a state, and tensors by the name of their file.
///
/// @param optimizer its [name][Optimizer#name()]
/// @param shapes of the model's parameters and buffers
record Contents(RunState state, String optimizer, List<String> shapes, SequencedMap<String, Tensor> tensors) {

    private static final String GENERATOR = "generator.bin";

    /// The tensors that training works on, as they are at any time; only the generator's state is a copy.
    static Contents live(RunState state, Parameters parameters, Optimizer optimizer) {
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("parameters.bin", parameters.values());
        int buffers = 0;
        for (Tensor buffer : parameters.buffers().values()) {
            // By number: a module may give a buffer a name that no file can have.
            tensors.put("buffer-" + buffers++ + ".bin", buffer);
        }
        optimizer.state().forEach((name, tensor) -> tensors.put("optimizer-" + name + ".bin", tensor));
        tensors.put(GENERATOR, torch.getDefaultCPUGenerator().get_state());
        return new Contents(state, optimizer.name(), Manifest.shapesOf(parameters), tensors);
    }

    /// The same, in memory of its own that nobody else changes.
    ///
    /// @param memory of an earlier copy, which this one overwrites; what it lacks is added
    Contents copiedTo(Map<String, Tensor> memory) {
        SequencedMap<String, Tensor> copies = new LinkedHashMap<>();
        try (NoGradGuard _ = new NoGradGuard()) {
            tensors.forEach((name, tensor) -> copies.put(
                    name,
                    memory.computeIfAbsent(name, _ -> torch.empty_like(tensor).cpu())
                            .copy_(tensor)));
        }
        return new Contents(state, optimizer, shapes, copies);
    }

    void write(Path directory) throws IOException {
        List<Manifest.StoredFile> files = new ArrayList<>();
        for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
            Path file = directory.resolve(tensor.getKey());
            Tensors.write(tensor.getValue().contiguous(), file);
            files.add(DurableFiles.describe(file));
        }
        new Manifest(Manifest.FORMAT, state, optimizer, shapes, files).write(directory);
    }

    /// Overwrites the tensors with those of a directory, whose files were verified.
    void read(Path directory) throws IOException {
        try (NoGradGuard _ = new NoGradGuard()) {
            for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
                Tensor elements = tensor.getValue().contiguous();
                Tensors.read(directory.resolve(tensor.getKey()), elements);
                tensor.getValue().copy_(elements);
            }
        }
        Tensor generator = tensors.get(GENERATOR);
        torch.getDefaultCPUGenerator().set_state(generator);
    }
}
