package dev.penstock.index;

import dev.penstock.store.ObjectStore;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// The cached index files of one dataset, mapped into one arena.
///
/// ```
/// DIRECTORY/<digest of the identity>/lock
/// DIRECTORY/<digest of the identity>/<digest of the state>.bundle
/// DIRECTORY/<digest of the identity>/<digest of the state>.versions   see RememberedVersions
/// DIRECTORY/<digest of the identity>/*.part       being written
/// ```
///
/// Names are digests, so that a secret in an identity ([ObjectStore#identity()]) is not written anywhere. The root
/// would not do: the same one leads to another dataset where the environment names another endpoint, and what is
/// cached is used although the origin does not answer. A file appears under its name whole and on disk, by a rename; a
/// mapping outlives the deletion of its file.
final class CachedBundles {

    private static final Duration KEPT_UNOPENED = Duration.ofDays(30);

    private static final String BUNDLE = ".bundle";
    private static final String PART = ".part";

    private final Path directory;
    private final URI root;
    private final Arena arena;
    private final Path home;

    /// @param directory of the whole cache
    /// @param store that holds the dataset
    CachedBundles(Path directory, ObjectStore store, Arena arena) {
        this.directory = directory;
        this.root = store.root();
        this.arena = arena;
        this.home = directory.resolve(Sha256.hex(store.identity()));
    }

    Path home() {
        return home;
    }

    /// The index of a state; fails with [dev.penstock.error.CorruptDataException] when its file is not whole.
    Optional<OpenIndex> find(String state) throws IOException {
        return open(file(state));
    }

    /// The index that was opened last, whatever its state.
    Optional<OpenIndex> latest() throws IOException {
        if (!Files.isDirectory(home)) {
            return Optional.empty();
        }
        record Opened(Path bundle, FileTime at) {}
        List<Opened> opened = new ArrayList<>();
        for (Path bundle : files(home, BUNDLE)) {
            opened.add(new Opened(bundle, Files.getLastModifiedTime(bundle)));
        }
        Optional<Opened> last = opened.stream().max(Comparator.comparing(Opened::at));
        return last.isPresent() ? open(last.get().bundle()) : Optional.empty();
    }

    /// Whether any state of the dataset is here, whole or not.
    boolean isHeld() {
        try {
            return Files.isDirectory(home) && !files(home, BUNDLE).isEmpty();
        } catch (IOException unusable) {
            return false;
        }
    }

    /// Says that the state was opened now.
    void touch(String state) throws IOException {
        Files.setLastModifiedTime(file(state), FileTime.from(Instant.now()));
    }

    /// Fetches, verifies and stores a state; the caller holds the lock.
    OpenIndex fill(String state, IndexBundle bundle, ObjectStore store) throws IOException {
        Path part = newPart(home);
        try (FileChannel file = FileChannel.open(
                part, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            IndexDownload.run(store, bundle, (position, bytes) -> writeFully(file, position, bytes));
            file.force(true);
            OpenIndex opened = bundle.open(file.map(FileChannel.MapMode.READ_ONLY, 0, bundle.sizeBytes(), arena));
            Files.move(part, file(state), StandardCopyOption.ATOMIC_MOVE);
            force(home);
            return opened.remembering(versions(home, file(state)));
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /// @param bundle below [#home()], or the home of another dataset
    private static RememberedVersions versions(Path home, Path bundle) {
        String name = bundle.getFileName().toString();
        return new RememberedVersions(home, name.substring(0, name.length() - BUNDLE.length()));
    }

    /// A name to write under; what processes that were killed left is deleted, as the caller holds the lock.
    static Path newPart(Path home) throws IOException {
        for (Path left : files(home, PART)) {
            Files.deleteIfExists(left);
        }
        return home.resolve(UUID.randomUUID() + PART);
    }

    /// When something that is being written below `home` grew last; a fixed time where nothing is.
    static FileTime lastWritten(Path home) throws IOException {
        FileTime last = FileTime.fromMillis(0);
        for (Path part : files(home, PART)) {
            try {
                FileTime written = Files.getLastModifiedTime(part);
                last = written.compareTo(last) > 0 ? written : last;
            } catch (NoSuchFileException _) {
                // It is whole by now.
            }
        }
        return last;
    }

    private Path file(String state) {
        return home.resolve(state + BUNDLE);
    }

    private Optional<OpenIndex> open(Path bundle) throws IOException {
        // Opening a directory to read succeeds; mapping it then fails for want of a "device".
        if (Files.exists(bundle) && !Files.isRegularFile(bundle)) {
            throw new FileSystemException(bundle.toString(), null, "not a file, and in the place of an index");
        }
        try (FileChannel file = FileChannel.open(bundle, StandardOpenOption.READ)) {
            MemorySegment mapped = file.map(FileChannel.MapMode.READ_ONLY, 0, file.size(), arena);
            return Optional.of(IndexBundle.decode(mapped, root).open(mapped).remembering(versions(home, bundle)));
        } catch (NoSuchFileException notCached) {
            return Optional.empty();
        }
    }

    private static void writeFully(FileChannel file, long position, ByteBuffer bytes) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += file.write(bytes, at);
        }
    }

    private static void force(Path directory) throws IOException {
        try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
            entries.force(true);
        }
    }

    /// Deletes the dataset's other states, and what of other datasets was not opened for long.
    void discardOthers(String state) throws IOException {
        for (Path bundle : files(home, BUNDLE)) {
            if (!bundle.equals(file(state))) {
                delete(home, bundle);
            }
        }
        FileTime oldest = FileTime.from(Instant.now().minus(KEPT_UNOPENED));
        for (Path other : files(directory, "")) {
            for (Path bundle : Files.isDirectory(other) ? files(other, BUNDLE) : List.<Path>of()) {
                if (Files.getLastModifiedTime(bundle).compareTo(oldest) < 0) {
                    delete(other, bundle);
                }
            }
        }
    }

    private static void delete(Path home, Path bundle) throws IOException {
        Files.deleteIfExists(bundle);
        versions(home, bundle).forget();
    }

    private static List<Path> files(Path directory, String suffix) throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, "*" + suffix)) {
            entries.forEach(found::add);
        } catch (DirectoryIteratorException failure) {
            throw failure.getCause();
        }
        return found;
    }
}
