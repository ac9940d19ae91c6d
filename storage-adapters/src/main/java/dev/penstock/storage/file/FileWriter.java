package dev.penstock.storage.file;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.PenstockException;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/// One file being written: a partial file beside it, flushed and renamed over it at the commit.
///
/// When the commit returns, the bytes, the name and every directory made for it are on the disk.
final class FileWriter implements ObjectWriter {

    private enum State {
        WRITING,
        COMMITTED,
        CLOSED
    }

    private final String key;
    private final Path path;
    private final PartialFile partial;
    private State state = State.WRITING;

    private FileWriter(String key, Path path, PartialFile partial) {
        this.key = key;
        this.path = path;
        this.partial = partial;
    }

    static FileWriter open(String key, Path path) throws IOException {
        createDirectory(path.resolveSibling(""));
        PartialFile.removeAbandoned(path);
        return new FileWriter(key, path, PartialFile.create(path));
    }

    @Override
    public void write(ByteBuffer bytes) {
        requireWriting();
        try {
            while (bytes.hasRemaining()) {
                partial.channel().write(bytes);
            }
        } catch (IOException failure) {
            throw failed(failure);
        }
    }

    @Override
    public ObjectMetadata commit() {
        requireWriting();
        try {
            partial.channel().force(true);
            ObjectMetadata metadata =
                    FileStore.metadata(key, Files.readAttributes(partial.path(), BasicFileAttributes.class));
            Files.move(partial.path(), path, StandardCopyOption.ATOMIC_MOVE);
            state = State.COMMITTED;
            syncDirectory(path.resolveSibling(""));
            return metadata;
        } catch (IOException failure) {
            throw failed(failure);
        }
    }

    @Override
    public void close() {
        State before = state;
        state = State.CLOSED;
        try (FileChannel _ = partial.channel()) {
            if (before == State.WRITING) {
                Files.deleteIfExists(partial.path());
            }
        } catch (IOException failure) {
            throw failed(failure);
        }
    }

    private void requireWriting() {
        if (state != State.WRITING) {
            throw new IllegalStateException("writer of " + path + " is " + state);
        }
    }

    private PenstockException failed(IOException failure) {
        return FileFailures.of(
                FailureMessage.of("object write").with("key", key).with("path", path), failure);
    }

    private static void createDirectory(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        Path parent = directory.getParent();
        if (parent != null) {
            createDirectory(parent);
        }
        try {
            Files.createDirectory(directory);
        } catch (FileAlreadyExistsException existing) {
            if (!Files.isDirectory(directory)) {
                throw existing;
            }
        }
        if (parent != null) {
            syncDirectory(parent);
        }
    }

    private static void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
