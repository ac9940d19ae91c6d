package dev.penstock.storage;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import java.net.URI;

/// The rule for keys: relative paths whose every part is a name.
///
/// Every adapter refuses the same keys, so that what was written to one store can be copied to any other.
public final class ObjectKeys {

    private ObjectKeys() {}

    /// Refuses an empty or absolute key, and one with an empty part, a `.`, a `..` or a NUL.
    public static void requireInside(URI root, String key) {
        for (String part : key.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..") || part.indexOf('\0') >= 0) {
                throw new StoreAccessException(FailureMessage.of("object access")
                        .with("uri", root)
                        .with("key", key)
                        .remedy("use a key that is relative to the store, without empty parts, '.' or '..'"));
            }
        }
    }
}
