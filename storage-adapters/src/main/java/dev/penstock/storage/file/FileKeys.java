package dev.penstock.storage.file;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import dev.penstock.storage.ObjectKeys;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/// Keys as paths below a directory.
///
/// @param directory absolute
/// @param root the directory as a URI that ends in `/`
record FileKeys(Path directory, URI root) {

    static FileKeys below(Path directory) {
        URI uri = directory.toUri();
        return new FileKeys(directory, uri.getPath().endsWith("/") ? uri : URI.create(uri + "/"));
    }

    /// The path of an object; refuses keys that leave the directory and names that only writers use.
    Path path(String key) {
        ObjectKeys.requireInside(root, key);
        String name = key.substring(key.lastIndexOf('/') + 1);
        if (PartialFile.isPartial(name)) {
            throw refused(key, "use another name: this prefix marks files that are being written");
        }
        try {
            return directory.resolve(key);
        } catch (InvalidPathException _) {
            throw refused(key, "use a name that this system's file name encoding can write (set LC_ALL=C.UTF-8)");
        }
    }

    private StoreAccessException refused(String key, String remedy) {
        return new StoreAccessException(FailureMessage.of("object access")
                .with("uri", root)
                .with("key", key)
                .remedy(remedy));
    }
}
