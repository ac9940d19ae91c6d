package dev.penstock.storage.file;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStoreProvider;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/// Opens `file:DIR` (relative to the working directory), `file:/DIR` and `file:///DIR`.
///
/// A directory that does not exist yet is made by the first write; listing it before that fails.
public final class FileStoreProvider implements ObjectStoreProvider {

    @Override
    public Set<String> schemes() {
        return Set.of("file");
    }

    @Override
    public ObjectStore open(URI root) {
        Path directory = directory(root);
        if (Files.exists(directory) && !Files.isDirectory(directory)) {
            throw new StoreAccessException(FailureMessage.of("opening a store")
                    .with("uri", root)
                    .with("path", directory)
                    .with("expected", "a directory")
                    .with("found", "a file")
                    .remedy("name the directory that holds the objects"));
        }
        return new FileStore(directory);
    }

    private static Path directory(URI root) {
        // A relative path makes the URI opaque, and then only the scheme-specific part holds it, decoded.
        String path = root.isOpaque() ? root.getSchemeSpecificPart() : root.getPath();
        boolean local = root.getAuthority() == null || root.getAuthority().equals("localhost");
        boolean plain = (root.isOpaque() || root.getQuery() == null) && root.getFragment() == null;
        if (!local || !plain || path.isEmpty() || path.indexOf('\0') >= 0) {
            throw new ConfigurationException(FailureMessage.of("opening a store")
                    .with("uri", root)
                    .remedy("write file:DIR, file:/DIR or file:///DIR, with '?' and '#' percent-encoded"));
        }
        return Path.of(path).toAbsolutePath();
    }
}
