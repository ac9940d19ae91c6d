package dev.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.trainer.world.JavaCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.List;

/// A `penstock train` in processes of its own, killed with all its ranks in the middle of its run.
final class KilledTraining {

    /// In the run directory: what all its processes said.
    static final String LOG = "killed.log";

    private KilledTraining() {}

    /// Starts a run and returns once it has done so many steps.
    static Process started(List<String> command, Path run, int steps) throws IOException, InterruptedException {
        Path metrics = run.resolve("metrics.jsonl");
        Files.createDirectories(run);
        try (WatchService watch = run.getFileSystem().newWatchService()) {
            run.register(watch, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
            Process parent = new ProcessBuilder(JavaCommand.like(Main.class.getName(), command))
                    .redirectErrorStream(true)
                    .redirectOutput(run.resolve(LOG).toFile())
                    .start();
            while (!Files.exists(metrics) || Files.readAllLines(metrics).size() < steps) {
                WatchKey key = watch.take();
                key.pollEvents();
                key.reset();
            }
            return parent;
        }
    }

    /// @param run directory of the run, which `command` names
    /// @param ranks that `command` starts
    /// @param steps to wait for
    /// @param atMost steps that may be done by the time it is dead
    static void of(List<String> command, Path run, int ranks, int steps, int atMost)
            throws IOException, InterruptedException {
        Process parent = started(command, run, steps);
        List<ProcessHandle> children = parent.descendants().toList();
        parent.destroyForcibly().waitFor();
        children.forEach(child -> child.onExit().join());
        assertThat(children).hasSize(ranks);
        assertThat(Files.readAllLines(run.resolve("metrics.jsonl")).size()).isLessThan(atMost);
    }
}
