package dev.penstock.trainer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.penstock.error.StoreAccessException;
import dev.penstock.trainer.optimize.AdamWOptimizer;
import dev.penstock.trainer.optimize.AdamWSettings;
import dev.penstock.trainer.tensor.Libtorch;
import dev.penstock.trainer.tensor.Parameters;
import dev.penstock.trainer.world.JavaCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Scalar;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackgroundCheckpointsTest {

    private static final int KILLS = 4;

    /// About the time that one save takes on a slow disk, so that kills fall into every part of it.
    private static final long LONGEST_DELAY_NANOS = 60_000_000;

    @TempDir
    Path directory;

    private final Parameters parameters = new Parameters(SavingLoop.SPECS, 0);
    private final AdamWOptimizer optimizer = new AdamWOptimizer(parameters, AdamWSettings.defaults());

    @BeforeAll
    static void start() {
        Libtorch.initialize(1);
    }

    private void save(BackgroundCheckpoints checkpoints, long step) {
        parameters.values().fill_(new Scalar((double) step));
        checkpoints.save(new RunState(step, "", "", ""), parameters, optimizer);
        parameters.values().fill_(new Scalar(-1.0));
    }

    private long restored(Path from) {
        Checkpoint checkpoint = new Checkpoints(from, 2).latest().orElseThrow();
        checkpoint.restore(parameters, optimizer);
        long step = checkpoint.state().nextStep();
        assertThat(parameters.values().min().item_double()).isEqualTo((double) step);
        assertThat(parameters.values().max().item_double()).isEqualTo((double) step);
        return step;
    }

    @Test
    void checkpointHoldsWhatWasThereWhenItWasAskedFor() {
        try (BackgroundCheckpoints checkpoints = new BackgroundCheckpoints(new Checkpoints(directory, 2))) {
            save(checkpoints, 7);
            save(checkpoints, 9);
            checkpoints.awaitLatest();

            assertThat(restored(directory)).isEqualTo(9);
            assertThat(checkpoints.takeWritten()).hasValue(9);
            assertThat(checkpoints.takeWritten()).isEmpty();
            assertThat(checkpoints.takeFailures()).isEmpty();
            assertThat(checkpoints.heldNanos()).isPositive();
        }
        assertThat(directory.toFile().list()).hasSize(2);
    }

    @Test
    void closingWaitsForTheSaveInFlight() {
        try (BackgroundCheckpoints checkpoints = new BackgroundCheckpoints(new Checkpoints(directory, 2))) {
            save(checkpoints, 3);
        }
        assertThat(restored(directory)).isEqualTo(3);
    }

    @Test
    void failedSaveIsToldOnceAndTheNextOneSucceeds() throws IOException {
        Path blocked = Files.writeString(directory.resolve("run"), "a file where the directory should be");
        try (BackgroundCheckpoints checkpoints = new BackgroundCheckpoints(new Checkpoints(blocked, 2))) {
            save(checkpoints, 1);
            assertThatThrownBy(checkpoints::awaitLatest)
                    .isInstanceOf(StoreAccessException.class)
                    .hasMessageContaining("checkpoint save failed: path=" + blocked.resolve("step-000000000001.000"));
            assertThat(checkpoints.takeFailures()).hasSize(1);
            assertThat(checkpoints.takeFailures()).isEmpty();
            assertThat(checkpoints.takeWritten()).isEmpty();

            Files.delete(blocked);
            save(checkpoints, 2);
            checkpoints.awaitLatest();
        }
        assertThat(restored(blocked)).isEqualTo(2);
    }

    @Test
    void fullDiskLeavesTheCheckpointBefore() throws Exception {
        Path small = Files.createDirectory(directory.resolve("small"));
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=20m", "none", small.toString()) == 0,
                "NOT RUN: mounting a tmpfs needs root");
        Path run = small.resolve("checkpoints");
        try (BackgroundCheckpoints checkpoints = new BackgroundCheckpoints(new Checkpoints(run, 2))) {
            save(checkpoints, 1);
            save(checkpoints, 2);

            assertThatThrownBy(checkpoints::awaitLatest)
                    .isInstanceOf(StoreAccessException.class)
                    .hasMessageContaining("No space left");
            assertThat(restored(run)).isEqualTo(1);
            assertThat(run.toFile().list()).containsExactly("step-000000000001.000");
        } finally {
            run("umount", small.toString());
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
    }

    @Test
    void writerKilledAtAnyInstantLeavesAWholeCheckpoint() throws Exception {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (int kill = 0; kill < KILLS; kill++) {
            Path run = directory.resolve("kill-" + kill);
            long written = saveUntilKilled(run, 2 + random.nextInt(4), random.nextLong(LONGEST_DELAY_NANOS));

            assertThat(restored(run)).as("seed %d", seed).isGreaterThanOrEqualTo(written);
        }
    }

    /// Kills the writer at an instant after it has told of so many saves.
    ///
    /// @return the last save it told of
    private static long saveUntilKilled(Path run, int saves, long delayNanos) throws Exception {
        Process writer = new ProcessBuilder(JavaCommand.like(SavingLoop.class.getName(), List.of(run.toString())))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        long last = 0;
        try (var lines = new BufferedReader(new InputStreamReader(writer.getInputStream(), StandardCharsets.UTF_8))) {
            for (int i = 0; i < saves; i++) {
                String line = lines.readLine();
                assertThat(line).startsWith("written ");
                last = Long.parseLong(line.substring("written ".length()));
            }
            for (long end = System.nanoTime() + delayNanos; System.nanoTime() < end; ) {
                Thread.onSpinWait();
            }
        } finally {
            writer.destroyForcibly().waitFor();
        }
        return last;
    }
}
