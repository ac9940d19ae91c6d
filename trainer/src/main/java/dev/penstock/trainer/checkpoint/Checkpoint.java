package dev.penstock.trainer.checkpoint;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import dev.penstock.trainer.optimize.AdamWOptimizer;
import dev.penstock.trainer.tensor.Parameters;
import dev.penstock.trainer.tensor.Tensors;
import dev.penstock.trainer.weights.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/// One committed checkpoint. Its state is known; model and optimiser are read by [#restore].
public final class Checkpoint {

    private static final String PARAMETERS = "parameters.bin";
    private static final String OPTIMIZER = "optimizer.pt";
    private static final String BUFFERS = "buffers.safetensors";

    private final Path directory;
    private final Manifest manifest;

    private Checkpoint(Path directory, Manifest manifest) {
        this.directory = directory;
        this.manifest = manifest;
    }

    static Checkpoint open(Path directory) throws IOException {
        return new Checkpoint(directory, Manifest.read(directory));
    }

    static void write(Path directory, RunState state, Parameters parameters, AdamWOptimizer optimizer)
            throws IOException {
        Path values = directory.resolve(PARAMETERS);
        Path moments = directory.resolve(OPTIMIZER);
        Tensors.write(parameters.values(), values);
        optimizer.save(moments);
        List<Manifest.StoredFile> files = new ArrayList<>();
        files.add(DurableFiles.describe(values));
        files.add(DurableFiles.describe(moments));
        Map<String, Tensor> buffers = parameters.buffers();
        if (!buffers.isEmpty()) {
            Path moved = directory.resolve(BUFFERS);
            Safetensors.write(moved, buffers);
            files.add(DurableFiles.describe(moved));
        }
        new Manifest(Manifest.FORMAT, state, Manifest.shapesOf(parameters), files).write(directory);
    }

    public Path directory() {
        return directory;
    }

    public RunState state() {
        return manifest.state();
    }

    /// Makes model and optimiser what they were, to the bit. Nothing is changed unless every file is sound and the
    /// model has the same parameters.
    public void restore(Parameters parameters, AdamWOptimizer optimizer) {
        requireSameShapes(Manifest.shapesOf(parameters));
        try {
            for (Manifest.StoredFile file : manifest.files()) {
                Manifest.verify(directory, file);
            }
            Tensors.read(directory.resolve(PARAMETERS), parameters.values());
            optimizer.load(directory.resolve(OPTIMIZER));
            restoreBuffers(parameters.buffers());
        } catch (IOException e) {
            throw new StoreAccessException(
                    FailureMessage.of("checkpoint load").with("path", directory).with("found", e), e);
        }
    }

    private void restoreBuffers(Map<String, Tensor> buffers) {
        if (buffers.isEmpty()) {
            return;
        }
        Map<String, Tensor> saved = Safetensors.read(directory.resolve(BUFFERS));
        try (NoGradGuard _ = new NoGradGuard()) {
            buffers.forEach((name, buffer) -> buffer.copy_(Objects.requireNonNull(saved.get(name), name)));
        }
    }

    private void requireSameShapes(List<String> expected) {
        List<String> found = manifest.shapes();
        if (found.equals(expected)) {
            return;
        }
        int first = 0;
        while (first < Math.min(found.size(), expected.size())
                && found.get(first).equals(expected.get(first))) {
            first++;
        }
        throw new ConfigurationException(FailureMessage.of("checkpoint load")
                .with("path", directory)
                .with("expected", first < expected.size() ? expected.get(first) : "no more parameters")
                .with("found", first < found.size() ? found.get(first) : "no more parameters")
                .remedy("it belongs to another model; use the same shape, or another directory"));
    }
}
