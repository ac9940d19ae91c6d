package dev.penstock.cli.report;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A text file that grows by whole lines: each is one write, so several processes may append to one file, and a
/// killed one leaves no half of a line between two others.
///
/// Threading: one line at a time.
public final class LineFile implements AutoCloseable {

    private final Path file;
    private final FileChannel channel;

    private LineFile(Path file, OpenOption... options) {
        this.file = file;
        try {
            this.channel = FileChannel.open(file, options);
        } catch (IOException refused) {
            throw failure("opening a file", refused);
        }
    }

    /// Starts the file, over any that is there.
    public static LineFile create(Path file) {
        return new LineFile(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
    }

    /// Continues the file, which other processes may do at the same time.
    public static LineFile append(Path file) {
        return new LineFile(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /// @param line ends with a newline
    public void write(ByteBuffer line) {
        try {
            while (line.hasRemaining()) {
                channel.write(line);
            }
        } catch (IOException failed) {
            throw failure("writing a line", failed);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException failed) {
            throw failure("closing a file", failed);
        }
    }

    private StoreAccessException failure(String what, IOException cause) {
        return new StoreAccessException(
                FailureMessage.of(what).with("file", file).with("found", cause), cause);
    }
}
