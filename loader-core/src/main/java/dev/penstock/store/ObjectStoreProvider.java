package dev.penstock.store;

import java.net.URI;
import java.util.Set;

/// Opens stores for some URI schemes; registered in `META-INF/services` and found by [ObjectStores].
public interface ObjectStoreProvider {

    /// The schemes served, in lower case, such as `file`.
    Set<String> schemes();

    /// Opens the store below `root`; fails with a [dev.penstock.error.PenstockException] when it cannot be reached.
    ObjectStore open(URI root);
}
