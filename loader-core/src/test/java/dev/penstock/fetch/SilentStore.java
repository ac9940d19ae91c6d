package dev.penstock.fetch;

import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ReadOnlyStore;
import dev.penstock.store.ReadTarget;
import java.nio.ByteBuffer;
import reactor.core.publisher.Mono;

/// A store whose reads bring one byte and then neither end nor fail.
final class SilentStore extends ReadOnlyStore {

    int cancelled;

    @Override
    public Mono<Void> read(ObjectMetadata object, long offsetBytes, ReadTarget target) {
        return Mono.<Void>never()
                .doOnSubscribe(_ -> target.write(target.filledBytes(), ByteBuffer.wrap(new byte[1])))
                .doOnCancel(() -> cancelled++);
    }
}
