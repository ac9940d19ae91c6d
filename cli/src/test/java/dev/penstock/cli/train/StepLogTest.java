package dev.penstock.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StepLogTest {

    @TempDir
    private Path directory;

    @Test
    void stepsOfTheNextRunAndBrokenLinesAreCut() throws IOException {
        Path file = Files.writeString(directory.resolve("a.jsonl"), """
                {"step":0,"rank":0}
                {"step":1,"rank":1}
                {"epoch":0,"step":2}
                {"step":1,"rank":0}
                {"step":10}
                {"step":1,"ra""");

        new StepLog(file).cutBack(2);

        assertThat(Files.readString(file))
                .isEqualTo("{\"step\":0,\"rank\":0}\n{\"step\":1,\"rank\":1}\n{\"step\":1,\"rank\":0}\n");
        assertThat(directory).isDirectoryContaining(path -> path.equals(file)).isDirectoryNotContaining("glob:*.kept");
    }

    @Test
    void logThatIsNotThereStaysSo() {
        Path file = directory.resolve("none.jsonl");
        new StepLog(file).cutBack(3);

        assertThat(file).doesNotExist();
    }
}
