package dev.penstock.bench.train;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What memory a rank had at a step.
///
/// @param step that the run had trained by then
/// @param residentBytes of the process
/// @param heapBytes in use after a full collection
record MemoryNote(long step, long residentBytes, long heapBytes) {

    static Path file(Path run, int rank) {
        return run.resolve("memory-rank-" + rank + ".txt");
    }

    String line() {
        return step + " " + residentBytes + " " + heapBytes + "\n";
    }

    /// @param count of notes that there must be
    static List<MemoryNote> read(Path run, int rank, int count) {
        List<MemoryNote> notes;
        try {
            notes = Files.readAllLines(file(run, rank)).stream()
                    .map(line -> List.of(line.split(" ")).stream()
                            .map(Long::parseLong)
                            .toList())
                    .map(numbers -> new MemoryNote(numbers.get(0), numbers.get(1), numbers.get(2)))
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        if (notes.size() != count) {
            throw new ConfigurationException(FailureMessage.of("measuring memory")
                    .with("rank", rank)
                    .with("expectedNotes", count)
                    .with("foundNotes", notes.size())
                    .remedy("the run was over before it was measured: give it more steps"));
        }
        return notes;
    }
}
