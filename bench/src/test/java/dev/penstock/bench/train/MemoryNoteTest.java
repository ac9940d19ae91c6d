package dev.penstock.bench.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryNoteTest {

    @TempDir
    private Path run;

    @Test
    void notesAreReadAsTheyWereWritten() throws IOException {
        MemoryNote early = new MemoryNote(500, 1L << 30, 1 << 20);
        MemoryNote late = new MemoryNote(2_003, (1L << 30) + 15_030, (1 << 20) - 1_503);
        Files.writeString(MemoryNote.file(run, 1), early.line() + late.line());

        List<MemoryNote> notes = MemoryNote.read(run, 1, 2);

        assertThat(notes).containsExactly(early, late);
        SteadyMemory memory = new SteadyMemory(List.of(notes));
        assertThat(memory.residentGrowthPerStep()).isEqualTo(10);
        assertThat(memory.heapGrowthPerStep()).isEqualTo(-1);
    }

    @Test
    void aRunThatWasOverTooSoonIsSaid() throws IOException {
        Files.writeString(MemoryNote.file(run, 0), new MemoryNote(500, 1, 1).line());

        assertThatThrownBy(() -> MemoryNote.read(run, 0, 2))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("rank=0, expectedNotes=2, foundNotes=1; the run was over before it was measured");
    }
}
