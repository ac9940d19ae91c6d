package dev.penstock.loader;

import dev.penstock.store.ForwardingStore;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ReadTarget;
import reactor.core.publisher.Mono;

/// A store whose reads begin when a gate opens.
final class GatedStore extends ForwardingStore {

    private final Mono<Void> gate;

    GatedStore(ObjectStore store, Mono<Void> gate) {
        super(store);
        this.gate = gate;
    }

    @Override
    public Mono<Void> read(ObjectMetadata object, long offsetBytes, ReadTarget target) {
        return gate.then(super.read(object, offsetBytes, target));
    }
}
