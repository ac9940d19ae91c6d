package dev.penstock.tier;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A directory that one process at a time keeps its slab in; the lock ends with the process, however it dies.
///
/// What else lies there is left alone: no link is followed, a lock file with other content than a process id is not
/// ours, and only files named like slabs are deleted.
final class CacheDirectory implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(CacheDirectory.class);

    /// The directories this process holds. POSIX drops a process's lock when it closes any descriptor of the file, so
    /// a second opening in one process must be refused before it touches the lock file.
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private static final Pattern SLAB = Pattern.compile("blocks-v\\d+-\\d+\\.slab");

    /// A process id on a line, or nothing where its writer was killed.
    private static final Pattern LOCK = Pattern.compile("\\d{0,20}\\n?");

    /// The longest process id, its line end, and a byte that no lock has.
    private static final int LOCK_BYTES = 21;

    private final Path directory;
    private final FileChannel lockFile;

    private CacheDirectory(Path directory, FileChannel lockFile) {
        this.directory = directory;
        this.lockFile = lockFile;
    }

    /// Creates the directory where it is missing and locks it; fails with [ConfigurationException].
    static CacheDirectory open(Path path) {
        try {
            Path directory = Files.createDirectories(path).toRealPath();
            if (!HELD.add(directory)) {
                throw held(directory, Long.toString(ProcessHandle.current().pid()));
            }
            try {
                return new CacheDirectory(directory, locked(directory));
            } catch (IOException | ConfigurationException failure) {
                HELD.remove(directory);
                throw failure;
            }
        } catch (IOException failure) {
            throw unusable(path, failure);
        }
    }

    private static FileChannel locked(Path directory) throws IOException {
        FileChannel file = openOwn(directory.resolve("lock"));
        try {
            String content = content(file);
            if (file.tryLock() == null) {
                throw held(directory, content.strip());
            }
            if (!LOCK.matcher(content).matches()) {
                throw foreignLock(directory);
            }
            file.truncate(0);
            file.write(StandardCharsets.US_ASCII.encode(ProcessHandle.current().pid() + "\n"), 0);
            return file;
        } catch (IOException | ConfigurationException failure) {
            file.close();
            throw failure;
        }
    }

    /// Opens or creates a file of the tier; fails where a link is in its place, whose target may be anybody's.
    static FileChannel openOwn(Path file) throws IOException {
        if (Files.isSymbolicLink(file)) {
            throw new IOException("a link is in the place of " + file.getFileName());
        }
        return FileChannel.open(
                file,
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS);
    }

    /// Read through the channel of the lock: closing another one would give the lock up.
    private static String content(FileChannel file) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(LOCK_BYTES);
        file.read(content, 0);
        return StandardCharsets.US_ASCII.decode(content.flip()).toString();
    }

    private static ConfigurationException foreignLock(Path directory) {
        return new ConfigurationException(FailureMessage.of("locking the disk tier")
                .with("directory", directory)
                .with("found", "a file 'lock' that is not a disk tier's")
                .remedy("name a directory that nothing else uses"));
    }

    private static ConfigurationException held(Path directory, String pid) {
        return new ConfigurationException(FailureMessage.of("locking the disk tier")
                .with("directory", directory)
                .with("heldByPid", pid)
                .remedy("give each process a directory of its own, or end the other one"));
    }

    private static ConfigurationException unusable(Path directory, IOException failure) {
        return new ConfigurationException(
                FailureMessage.of("opening the disk tier")
                        .with("directory", directory)
                        .with("reason", failure)
                        .remedy("name a directory that can be created and written"),
                failure);
    }

    /// Opens the slab of this block size and deletes every other one: a cache of another version or block size can
    /// only be fetched again, and must not count against the disk.
    Slab slab(int frameCount, int blockBytes) {
        String name = "blocks-v" + SlabHeader.VERSION + "-" + blockBytes + ".slab";
        try {
            for (Path slab : slabs()) {
                if (!slab.getFileName().toString().equals(name)) {
                    log.warn("discarding {}: its version or block size differs from {}", slab, name);
                    Files.delete(slab);
                }
            }
            return new Slab(directory.resolve(name), frameCount, blockBytes);
        } catch (IOException failure) {
            close();
            throw unusable(directory, failure);
        }
    }

    void deleteSlabs() {
        try {
            for (Path slab : slabs()) {
                Files.delete(slab);
            }
        } catch (IOException failure) {
            throw unusable(directory, failure);
        }
    }

    private List<Path> slabs() throws IOException {
        List<Path> slabs = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory)) {
            for (Path path : found) {
                if (SLAB.matcher(path.getFileName().toString()).matches()
                        && Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                    slabs.add(path);
                }
            }
        } catch (DirectoryIteratorException failure) {
            throw failure.getCause();
        }
        return slabs;
    }

    @Override
    public String toString() {
        return directory.toString();
    }

    @Override
    public void close() {
        try {
            lockFile.close();
            HELD.remove(directory);
        } catch (IOException failure) {
            log.warn("cannot close the lock of {}: {}", directory, failure.toString());
        }
    }
}
