package dev.penstock.trainer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.StoreAccessException;
import dev.penstock.trainer.optimize.SgdOptimizer;
import dev.penstock.trainer.optimize.SgdSettings;
import dev.penstock.trainer.tensor.Libtorch;
import dev.penstock.trainer.tensor.ParameterSpec;
import dev.penstock.trainer.tensor.Parameters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunSaverTest {

    @TempDir
    private Path directory;

    private final List<Long> committed = new ArrayList<>();

    @BeforeAll
    static void start() {
        Libtorch.initialize(1);
    }

    /// Notes what is committed, and fails unless it can be resumed from at that time.
    private RunSaver saver(BackgroundCheckpoints checkpoints, Path at) {
        Parameters parameters = new Parameters(List.of(ParameterSpec.vector("bias", 8, 0)), 0);
        return new RunSaver(
                checkpoints,
                nextStep -> new RunState(nextStep, "", "", ""),
                parameters,
                new SgdOptimizer(parameters, new SgdSettings(0, 0)),
                nextStep -> {
                    assertThat(new Checkpoints(at, 1)
                                    .latest()
                                    .orElseThrow()
                                    .state()
                                    .nextStep())
                            .isEqualTo(nextStep);
                    committed.add(nextStep);
                });
    }

    @Test
    void stepIsCommittedOnceItsCheckpointIsOnDisk() {
        try (BackgroundCheckpoints checkpoints = new BackgroundCheckpoints(new Checkpoints(directory, 1))) {
            RunSaver saver = saver(checkpoints, directory);
            saver.commitWritten();
            assertThat(committed).isEmpty();

            saver.save(5);
            saver.awaitLast();
            saver.commitWritten();
            assertThat(committed).containsExactly(5L);
        }
    }

    @Test
    void failedSaveIsNotCommittedAndTheNextOneIs() throws IOException {
        Path blocked = Files.writeString(directory.resolve("run"), "a file where the directory should be");
        try (BackgroundCheckpoints checkpoints = new BackgroundCheckpoints(new Checkpoints(blocked, 1))) {
            RunSaver saver = saver(checkpoints, blocked);
            saver.save(5);
            assertThatThrownBy(saver::awaitLast).isInstanceOf(StoreAccessException.class);
            saver.commitWritten();
            assertThat(committed).isEmpty();

            Files.delete(blocked);
            saver.save(6);
            saver.awaitLast();
            assertThat(committed).containsExactly(6L);
        }
    }
}
