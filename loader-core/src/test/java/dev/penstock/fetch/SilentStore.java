package dev.penstock.fetch;

import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectWriter;
import dev.penstock.store.ReadTarget;
import java.net.URI;
import java.nio.ByteBuffer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// A store whose reads bring one byte and then neither end nor fail.
final class SilentStore implements ObjectStore {

    int cancelled;

    @Override
    public URI root() {
        return URI.create("mem:/silent");
    }

    @Override
    public Mono<Void> read(ObjectMetadata object, long offsetBytes, ReadTarget target) {
        return Mono.<Void>never()
                .doOnSubscribe(_ -> target.write(target.filledBytes(), ByteBuffer.wrap(new byte[1])))
                .doOnCancel(() -> cancelled++);
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
