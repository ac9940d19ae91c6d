package dev.penstock.trainer.checkpoint;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import dev.penstock.trainer.optimize.Optimizer;
import dev.penstock.trainer.tensor.Parameters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The checkpoints of one run, in one directory.
///
/// ```
/// DIR/step-000000000120.000/parameters.bin    float32, little-endian, in the order of Parameters
///                          /buffer-*.bin      a file per buffer of the model, counted from 0
///                          /optimizer-*.bin   a file per tensor of the optimiser's state
///                          /generator.bin     state of libtorch's default generator, of rank 0
///                          /manifest.jsonl    see Manifest
/// ```
///
/// A checkpoint is written aside under a hidden name, forced to disk, and renamed: it is there whole or not at all,
/// whenever the process dies. One writer (rank 0); readers need no lock as long as nobody writes.
public final class Checkpoints {

    private static final String VISIBLE = "step-";
    private static final String HIDDEN = ".partial-";

    private final Path directory;
    private final int keep;

    /// @param keep how many of the newest to keep
    public Checkpoints(Path directory, int keep) {
        if (keep < 1) {
            throw new ConfigurationException(
                    FailureMessage.of("checkpoints").with("keep", keep).remedy("keep at least 1"));
        }
        this.directory = directory;
        this.keep = keep;
    }

    /// Commits model, optimiser, generator and state together, then deletes the oldest beyond those to keep.
    public void save(RunState state, Parameters parameters, Optimizer optimizer) {
        save(Contents.live(state, parameters, optimizer));
    }

    void save(Contents contents) {
        Path committed = freeName(contents.state().nextStep());
        Path written = directory.resolve(HIDDEN + committed.getFileName());
        try {
            Files.createDirectories(directory);
            deleteLeftovers();
            write(contents, written);
            DurableFiles.commit(written, committed);
            prune();
        } catch (IOException e) {
            throw new StoreAccessException(
                    FailureMessage.of("checkpoint save").with("path", committed).with("found", e), e);
        }
    }

    /// A directory that could not be filled is removed at once: on a full disk others need its room.
    private static void write(Contents contents, Path directory) throws IOException {
        Files.createDirectory(directory);
        try {
            contents.write(directory);
        } catch (IOException failed) {
            DurableFiles.deleteHidden(directory);
            throw failed;
        }
    }

    /// The newest checkpoint, if there is any. One whose saving was cut short is never seen; one that was damaged
    /// since fails here or at its restore, and is not passed over for an older one without a word.
    public Optional<Checkpoint> latest() {
        try {
            List<Path> all = visible();
            return all.isEmpty() ? Optional.empty() : Optional.of(Checkpoint.open(all.getLast()));
        } catch (IOException e) {
            throw new StoreAccessException(
                    FailureMessage.of("checkpoint load").with("path", directory).with("found", e), e);
        }
    }

    /// A step may be saved again by a run that was resumed before it; the later one sorts last and wins.
    private Path freeName(long step) {
        int attempt = 0;
        Path name;
        do {
            name = directory.resolve(VISIBLE + "%012d.%03d".formatted(step, attempt++));
        } while (Files.exists(name));
        return name;
    }

    private void prune() throws IOException {
        List<Path> all = visible();
        for (Path old : all.subList(0, Math.max(0, all.size() - keep))) {
            DurableFiles.delete(old, directory.resolve(HIDDEN + old.getFileName()));
        }
    }

    private void deleteLeftovers() throws IOException {
        for (Path entry : DurableFiles.list(directory)) {
            if (entry.getFileName().toString().startsWith(HIDDEN)) {
                DurableFiles.deleteHidden(entry);
            }
        }
    }

    private List<Path> visible() throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        return DurableFiles.list(directory).stream()
                .filter(entry -> entry.getFileName().toString().startsWith(VISIBLE))
                .toList();
    }
}
