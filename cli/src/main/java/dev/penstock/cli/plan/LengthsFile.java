package dev.penstock.cli.plan;

import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A text file with the length of one sample per line, in the order of the samples.
public final class LengthsFile {

    private LengthsFile() {}

    /// Reads every length, at least one; a line that is not one fails with its number.
    public static int[] read(Path file) {
        int[] lengths = new int[1024];
        int count = 0;
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (count == lengths.length) {
                    lengths = Arrays.copyOf(lengths, count * 2);
                }
                lengths[count] = parse(file, line, count + 1);
                count++;
            }
        } catch (CharacterCodingException binary) {
            throw new CorruptDataException(
                    FailureMessage.of("reading lengths")
                            .with("file", file)
                            .with("expected", "text")
                            .with("found", "bytes that are no UTF-8, after line " + count)
                            .remedy("write one length per line"),
                    binary);
        } catch (IOException unreadable) {
            throw new StoreAccessException(
                    FailureMessage.of("reading lengths").with("file", file).with("found", unreadable), unreadable);
        }
        if (count == 0) {
            throw new CorruptDataException(
                    FailureMessage.of("reading lengths")
                            .with("file", file)
                            .with("lines", 0)
                            .remedy("write one length per line"),
                    null);
        }
        return Arrays.copyOf(lengths, count);
    }

    private static int parse(Path file, String line, long number) {
        int length;
        try {
            length = Integer.parseInt(line.strip());
        } catch (NumberFormatException notANumber) {
            throw refused(file, line, number, notANumber);
        }
        if (length < 0) {
            throw refused(file, line, number, null);
        }
        return length;
    }

    private static CorruptDataException refused(Path file, String line, long number, @Nullable Throwable cause) {
        return new CorruptDataException(
                FailureMessage.of("reading lengths")
                        .with("file", file)
                        .with("line", number)
                        .with("expected", "a whole number from 0 to " + Integer.MAX_VALUE)
                        .with("found", "'" + line + "'")
                        .remedy("write one length per line"),
                cause);
    }
}
