package dev.penstock.store;

import java.net.URI;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// A store of which a test needs nothing but [#read]; everything else is refused.
public abstract class ReadOnlyStore implements ObjectStore {

    @Override
    public URI root() {
        return URI.create("mem:/read-only");
    }

    @Override
    public Mono<ObjectMetadata> stat(String key) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Flux<ObjectMetadata> list(String prefix) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ObjectWriter write(String key) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
