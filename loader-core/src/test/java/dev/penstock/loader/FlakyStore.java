package dev.penstock.loader;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.RetryableException;
import dev.penstock.store.ForwardingStore;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ReadTarget;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongPredicate;
import reactor.core.publisher.Mono;

/// A store whose reads fail with a retryable failure, by their number.
final class FlakyStore extends ForwardingStore {

    private final LongPredicate fails;
    private final AtomicLong reads = new AtomicLong();

    FlakyStore(ObjectStore store, LongPredicate fails) {
        super(store);
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
            return super.read(object, offsetBytes, target);
        });
    }
}
