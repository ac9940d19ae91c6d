package dev.penstock.storage.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/// A file that is being written, beside the object it will become.
///
/// Its name is `.penstock-partial-<object>-<process>-<n>`, hidden from listings. A live writer holds a lock on it,
/// so a partial file without a lock was left by a writer that died, and the next writer of the object removes it.
/// Where the mount has no locks, nothing is removed.
///
/// A lock belongs to the process, and closing any descriptor of the file gives it up; so files of this process are
/// told by their name and never opened for a look.
///
/// @param channel open for writing, locked where locks work
record PartialFile(Path path, FileChannel channel) {

    private static final String PREFIX = ".penstock-partial-";
    private static final String PROCESS = UUID.randomUUID().toString();
    private static final AtomicLong NEXT = new AtomicLong();

    static boolean isPartial(String fileName) {
        return fileName.startsWith(PREFIX);
    }

    static PartialFile create(Path object) throws IOException {
        String ours = prefix(object) + PROCESS + "-";
        while (true) {
            Path path = object.resolveSibling(ours + NEXT.getAndIncrement());
            FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
            // Between the two calls another process may have seen the file without a lock and removed it.
            if (locked(channel) && Files.exists(path)) {
                return new PartialFile(path, channel);
            }
            channel.close();
        }
    }

    static void removeAbandoned(Path object) throws IOException {
        String prefix = prefix(object);
        try (DirectoryStream<Path> found = Files.newDirectoryStream(object.resolveSibling(""), entry -> {
            String name = entry.getFileName().toString();
            return name.startsWith(prefix) && !name.startsWith(PROCESS, prefix.length());
        })) {
            for (Path path : found) {
                removeUnlocked(path);
            }
        }
    }

    private static void removeUnlocked(Path path) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            if (channel.tryLock() != null) {
                Files.deleteIfExists(path);
            }
        } catch (IOException _) {
            // Committed meanwhile, another user's, or on a mount without locks: it stays hidden and hinders nobody.
        }
    }

    /// The object's name as a number: a name of the greatest length still leaves room for the rest. A clash of two
    /// names costs nothing, since only dead files are removed.
    private static String prefix(Path object) {
        return PREFIX + Integer.toHexString(object.getFileName().toString().hashCode()) + "-";
    }

    private static boolean locked(FileChannel channel) {
        try {
            return channel.tryLock() != null;
        } catch (IOException _) {
            return true; // a mount without locks, on which nobody removes anything
        }
    }
}
