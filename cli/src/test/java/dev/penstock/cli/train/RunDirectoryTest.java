package dev.penstock.cli.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.ConfigurationException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunDirectoryTest {

    @TempDir
    private Path directory;

    @Test
    void oneTrainerAtATimeHoldsTheDirectory() throws Exception {
        RunDirectory run = RunDirectory.create(directory.resolve("run"));
        try (FileChannel held = run.lock()) {
            assertThat(held.isOpen()).isTrue();
            assertThatThrownBy(run::lock).isInstanceOf(ConfigurationException.class);
        }
        run.lock().close();
    }
}
