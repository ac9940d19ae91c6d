package dev.penstock.storage.mem;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStoreProvider;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;

/// Opens `mem://name`: every store opened under one name in one process holds the same objects.
///
/// The objects of a name outlive the stores that wrote them and last as long as the process.
public final class MemStoreProvider implements ObjectStoreProvider {

    private static final ConcurrentMap<String, ConcurrentSkipListMap<String, MemObject>> OBJECTS_BY_NAME =
            new ConcurrentHashMap<>();

    @Override
    public Set<String> schemes() {
        return Set.of("mem");
    }

    @Override
    public ObjectStore open(URI root) {
        String name = root.getAuthority();
        String path = root.getPath();
        boolean nameOnly = path != null && (path.isEmpty() || path.equals("/"));
        if (name == null || !nameOnly || root.getQuery() != null || root.getFragment() != null) {
            throw new ConfigurationException(
                    FailureMessage.of("opening a store").with("uri", root).remedy("write mem://name"));
        }
        return new MemStore(
                URI.create("mem://" + root.getRawAuthority() + "/"),
                OBJECTS_BY_NAME.computeIfAbsent(name, _ -> new ConcurrentSkipListMap<>()));
    }
}
