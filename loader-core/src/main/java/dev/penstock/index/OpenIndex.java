package dev.penstock.index;

import dev.penstock.store.ObjectStore;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Optional;

/// A manifest and the indexes of its shards, each found whole and the one listed.
///
/// @param remembered what this host knows of the shards' present states; empty where it keeps no such thing
record OpenIndex(Manifest manifest, List<ShardIndex> shards, Optional<RememberedVersions> remembered) {

    OpenIndex(Manifest manifest, List<ShardIndex> shards) {
        this(manifest, shards, Optional.empty());
    }

    OpenIndex remembering(RememberedVersions versions) {
        return new OpenIndex(manifest, shards, Optional.of(versions));
    }

    /// Each local index file is a mapping of its own, and a host allows 65,530 of them by default; a dataset of more
    /// shards than half of that is read into memory.
    private static final int MOST_MAPPINGS = 32_765;

    /// Whether index files are files of this host, which need no cache.
    static boolean isLocal(ObjectStore store) {
        return store.localPath(Manifest.KEY).isPresent();
    }

    /// Maps the index files where they are local, and reads them into memory of `arena` otherwise.
    static OpenIndex fromStore(ObjectStore store, Arena arena) {
        byte[] json = Manifest.readJson(store, Manifest.stat(store));
        IndexBundle bundle = IndexBundle.of(json, store.root());
        Manifest manifest = bundle.manifest();
        if (!isLocal(store) || manifest.shards().size() > MOST_MAPPINGS) {
            return bundle.open(IndexDownload.intoMemory(store, bundle, arena));
        }
        List<ShardIndex> shards = Concurrently.map(
                manifest.shards(), Concurrently.REQUESTS, listed -> listed.open(store, manifest.fields(), arena));
        return new OpenIndex(manifest, shards);
    }
}
