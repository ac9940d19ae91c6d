package dev.penstock.cli;

import dev.penstock.index.DatasetIndex;
import dev.penstock.index.IndexCache;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStores;
import java.net.URI;

/// An index and the store it belongs to, opened and closed together; a remote index through the user's cache.
record OpenDataset(ObjectStore store, DatasetIndex index) implements AutoCloseable {

    static OpenDataset at(URI location) {
        ObjectStore store = ObjectStores.open(location);
        try {
            return new OpenDataset(store, DatasetIndex.open(store, IndexCache.ofUser()));
        } catch (RuntimeException failed) {
            store.close();
            throw failed;
        }
    }

    @Override
    public void close() {
        index.close();
        store.close();
    }
}
