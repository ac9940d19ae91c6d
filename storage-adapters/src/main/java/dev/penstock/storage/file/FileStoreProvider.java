package dev.penstock.storage.file;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStoreProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Opens the directories that [FileLocation] describes.
///
/// A directory that does not exist yet is made by the first write; listing it before that fails.
public final class FileStoreProvider implements ObjectStoreProvider {

    @Override
    public Set<String> schemes() {
        return Set.of("file");
    }

    @Override
    public ObjectStore open(URI root) {
        FileLocation location = FileLocation.of(root);
        Path directory = location.directory();
        if (Files.exists(directory) && !Files.isDirectory(directory)) {
            throw new StoreAccessException(FailureMessage.of("opening a store")
                    .with("uri", root)
                    .with("path", directory)
                    .with("expected", "a directory")
                    .with("found", "a file")
                    .remedy("name the directory that holds the objects"));
        }
        if (location.mode() == ReadMode.DIRECT) {
            requireDirectAccess(root, directory);
        }
        return new FileStore(location);
    }

    /// Tries one of the files that will be read. Where there is none yet, the first read finds out.
    private static void requireDirectAccess(URI root, Path directory) {
        try (Stream<Path> files = Files.find(directory, Integer.MAX_VALUE, (_, file) -> file.isRegularFile())) {
            Optional<Path> file = files.findFirst();
            if (file.isPresent()) {
                LinuxFiles.close(LinuxFiles.open(file.get(), Access.DIRECT));
            }
        } catch (DirectAccessException refusal) {
            throw new ConfigurationException(
                    FailureMessage.of("opening a store")
                            .with("uri", root)
                            .with("path", refusal.getFile())
                            .with("found", refusal.getReason())
                            .remedy(DirectAccessException.REMEDY),
                    refusal);
        } catch (IOException | UncheckedIOException _) {
            // Missing or forbidden: listing and reading say so, with the key that was wanted.
        }
    }
}
