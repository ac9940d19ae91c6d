package dev.penstock.loader;

import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectWriter;
import dev.penstock.store.ReadTarget;
import java.net.URI;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// A store whose reads begin when a gate opens.
final class GatedStore implements ObjectStore {

    private final ObjectStore store;
    private final Mono<Void> gate;

    GatedStore(ObjectStore store, Mono<Void> gate) {
        this.store = store;
        this.gate = gate;
    }

    @Override
    public Mono<Void> read(ObjectMetadata object, long offsetBytes, ReadTarget target) {
        return gate.then(store.read(object, offsetBytes, target));
    }

    @Override
    public URI root() {
        return store.root();
    }

    @Override
    public Mono<ObjectMetadata> stat(String key) {
        return store.stat(key);
    }

    @Override
    public Flux<ObjectMetadata> list(String prefix) {
        return store.list(prefix);
    }

    @Override
    public ObjectWriter write(String key) {
        return store.write(key);
    }

    @Override
    public void close() {
        store.close();
    }
}
