package dev.penstock.cli;

import dev.penstock.index.DatasetIndex;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStores;
import java.net.URI;

/// An index and the store it belongs to, opened and closed together.
record OpenDataset(ObjectStore store, DatasetIndex index) implements AutoCloseable {

    static OpenDataset at(URI location) {
        ObjectStore store = ObjectStores.open(location);
        try {
            return new OpenDataset(store, DatasetIndex.open(store));
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
