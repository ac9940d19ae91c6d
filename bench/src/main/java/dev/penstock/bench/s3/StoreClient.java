package dev.penstock.bench.s3;

import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStores;
import java.lang.foreign.MemorySegment;
import java.net.URI;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/// Penstock's own store.
final class StoreClient implements RangeClient {

    private final ObjectStore store;
    private final ObjectMetadata object;

    StoreClient(URI location, String key) {
        this.store = ObjectStores.open(location);
        this.object = Objects.requireNonNull(store.stat(key).block());
    }

    @Override
    public CompletableFuture<?> read(long offsetBytes, MemorySegment destination) {
        return store.read(object, offsetBytes, destination).toFuture();
    }

    @Override
    public void close() {
        store.close();
    }
}
