package dev.penstock.loader;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.RetryableException;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectWriter;
import dev.penstock.store.ReadTarget;
import java.net.URI;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongPredicate;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// A store whose reads fail with a retryable failure, by their number.
final class FlakyStore implements ObjectStore {

    private final ObjectStore store;
    private final LongPredicate fails;
    private final AtomicLong reads = new AtomicLong();

    FlakyStore(ObjectStore store, LongPredicate fails) {
        this.store = store;
        this.fails = fails;
    }

    @Override
    public Mono<Void> read(ObjectMetadata object, long offsetBytes, ReadTarget target) {
        return Mono.defer(() -> {
            long number = reads.getAndIncrement();
            if (fails.test(number)) {
                return Mono.error(new RetryableException(
                        FailureMessage.of("object read")
                                .with("key", object.key())
                                .with("number", number),
                        null));
            }
            return store.read(object, offsetBytes, target);
        });
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
