package dev.penstock.trainer.checkpoint;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import dev.penstock.trainer.optimize.Optimizer;
import dev.penstock.trainer.tensor.Parameters;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// One committed checkpoint. Its state is known; model and optimiser are read by [#restore].
public final class Checkpoint {

    private final Path directory;
    private final Manifest manifest;

    private Checkpoint(Path directory, Manifest manifest) {
        this.directory = directory;
        this.manifest = manifest;
    }

    static Checkpoint open(Path directory) throws IOException {
        return new Checkpoint(directory, Manifest.read(directory));
    }

    public Path directory() {
        return directory;
    }

    public RunState state() {
        return manifest.state();
    }

    /// Makes model, optimiser and libtorch's default generator what they were, to the bit. Nothing is changed unless
    /// every file is sound and belongs to the same parameters and kind of optimiser.
    public void restore(Parameters parameters, Optimizer optimizer) {
        Contents live = Contents.live(manifest.state(), parameters, optimizer);
        requireSameShapes(live.shapes());
        requireSameOptimizer(live.optimizer());
        try {
            for (Manifest.StoredFile file : manifest.files()) {
                Manifest.verify(directory, file);
            }
            live.read(directory);
        } catch (IOException e) {
            throw new StoreAccessException(
                    FailureMessage.of("checkpoint load").with("path", directory).with("found", e), e);
        }
    }

    private void requireSameOptimizer(String expected) {
        if (!manifest.optimizer().equals(expected)) {
            throw new ConfigurationException(FailureMessage.of("checkpoint load")
                    .with("path", directory)
                    .with("expectedOptimizer", expected)
                    .with("foundOptimizer", manifest.optimizer())
                    .remedy("resume with the optimiser it was saved with, or start a new run directory"));
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
