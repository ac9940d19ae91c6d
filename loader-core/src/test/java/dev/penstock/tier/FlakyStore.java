package dev.penstock.tier;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.RetryableException;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ReadOnlyStore;
import dev.penstock.store.ReadTarget;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/// Objects on the heap, of which every third read is cut off half-way and fails.
final class FlakyStore extends ReadOnlyStore {

    private final Map<String, byte[]> objects;
    private final AtomicInteger reads = new AtomicInteger();

    FlakyStore(Map<String, byte[]> objects) {
        this.objects = objects;
    }

    @Override
    public Mono<Void> read(ObjectMetadata object, long offsetBytes, ReadTarget target) {
        return Mono.<Void>fromRunnable(() -> {
                    boolean fails = reads.incrementAndGet() % 3 == 0;
                    long missing = target.sizeBytes() - target.filledBytes();
                    long length = fails ? missing / 2 : missing;
                    long from = offsetBytes + target.filledBytes();
                    ByteBuffer bytes = ByteBuffer.wrap(objects.get(object.key()), (int) from, (int) length);
                    target.write(target.filledBytes(), bytes);
                    if (fails) {
                        throw new RetryableException(FailureMessage.of("read"), null);
                    }
                })
                .subscribeOn(Schedulers.boundedElastic());
    }
}
