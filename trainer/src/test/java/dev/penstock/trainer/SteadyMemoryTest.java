package dev.penstock.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.trainer.world.JavaCommand;
import dev.penstock.trainer.world.LocalRanks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What steps leave behind in native memory, which no heap limit bounds.
@Timeout(180)
class SteadyMemoryTest {

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void stepsLeaveNoNativeObjectBehind(int ranks) throws Exception {
        List<String> command = JavaCommand.like(SteadyMemoryProgram.class.getName(), List.of(directory.toString()));

        // A young generation that is not full before the program ends.
        new LocalRanks(command, Map.of("JDK_JAVA_OPTIONS", "-Xmn512m"), ranks, System.out, System.err).run();

        for (int rank = 0; rank < ranks; rank++) {
            assertThat(Files.readAllLines(directory.resolve("rank-" + rank)))
                    .as("rank %d", rank)
                    .containsExactly(
                            "OVERLAPPED FP32 0 in 0 collections",
                            "OVERLAPPED BF16 0 in 0 collections",
                            "REPRODUCIBLE FP32 0 in 0 collections",
                            "REPRODUCIBLE BF16 0 in 0 collections");
        }
    }
}
