package dev.penstock.trainer.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/// Files and directories that are there after a power cut, whole or not at all.
final class DurableFiles {

    /// One read of a checksum: large against the call, small against memory.
    private static final int CHUNK_BYTES = 1 << 20;

    private DurableFiles() {}

    static Manifest.StoredFile describe(Path file) throws IOException {
        CRC32C crc = new CRC32C();
        // Freed here: a direct buffer would stay until the collector runs, which may be hundreds of checkpoints later.
        try (Arena memory = Arena.ofConfined();
                FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer chunk = memory.allocate(CHUNK_BYTES).asByteBuffer();
            long bytes = 0;
            for (int read = channel.read(chunk); read >= 0; read = channel.read(chunk.clear())) {
                crc.update(chunk.flip());
                bytes += read;
            }
            return new Manifest.StoredFile(String.valueOf(file.getFileName()), bytes, crc.getValue());
        }
    }

    /// Makes a directory, already written, appear under its final name, with all it holds.
    static void commit(Path written, Path committed) throws IOException {
        for (Path file : list(written)) {
            force(file);
        }
        force(written);
        Files.move(written, committed, StandardCopyOption.ATOMIC_MOVE);
        force(parent(committed));
    }

    /// Removes a directory of files, first out of sight under a name nobody looks for.
    static void delete(Path directory, Path hidden) throws IOException {
        Files.move(directory, hidden, StandardCopyOption.ATOMIC_MOVE);
        deleteHidden(hidden);
    }

    static void deleteHidden(Path directory) throws IOException {
        for (Path file : list(directory)) {
            Files.delete(file);
        }
        Files.delete(directory);
    }

    /// The entries of a directory, by name.
    static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.sorted(Comparator.comparing(Path::toString)).toList();
        }
    }

    private static void force(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static Path parent(Path path) {
        Path parent = path.toAbsolutePath().getParent();
        return parent == null ? path : parent;
    }
}
