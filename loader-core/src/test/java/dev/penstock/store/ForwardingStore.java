package dev.penstock.store;

import java.net.URI;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// A store that another one stands behind; what a test changes about it, it overrides.
public abstract class ForwardingStore implements ObjectStore {

    private final ObjectStore store;

    protected ForwardingStore(ObjectStore store) {
        this.store = store;
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
    public Mono<Void> read(ObjectMetadata object, long offsetBytes, ReadTarget target) {
        return store.read(object, offsetBytes, target);
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
