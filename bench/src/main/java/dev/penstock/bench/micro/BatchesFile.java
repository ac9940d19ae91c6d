package dev.penstock.bench.micro;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The lengths of global batches as text, for a benchmark in another process: the number of ranks, then a line of
/// lengths per batch.
///
/// @param lengths by batch
record BatchesFile(int ranks, int[][] lengths) {

    static BatchesFile read(Path file) {
        try {
            List<String> lines = Files.readAllLines(file);
            return new BatchesFile(
                    Integer.parseInt(lines.getFirst()),
                    lines.stream().skip(1).map(BatchesFile::parse).toArray(int[][]::new));
        } catch (IOException unreadable) {
            throw failed("reading", file, unreadable);
        }
    }

    private static int[] parse(String line) {
        return Arrays.stream(line.split(" ")).mapToInt(Integer::parseInt).toArray();
    }

    void write(Path file) {
        Stream<String> lines = Arrays.stream(lengths)
                .map(batch -> Arrays.stream(batch).mapToObj(Integer::toString).collect(Collectors.joining(" ")));
        try {
            Files.write(
                    file,
                    Stream.concat(Stream.of(Integer.toString(ranks)), lines).toList());
        } catch (IOException unwritable) {
            throw failed("writing", file, unwritable);
        }
    }

    private static StoreAccessException failed(String what, Path file, IOException cause) {
        return new StoreAccessException(
                FailureMessage.of(what + " batches").with("file", file).with("found", cause), cause);
    }
}
