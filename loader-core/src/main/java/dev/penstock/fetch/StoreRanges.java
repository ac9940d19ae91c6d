package dev.penstock.fetch;

import dev.penstock.store.ObjectStore;
import reactor.core.publisher.Mono;

/// Ranges read from the store, one request each; errors are the store's. Does not own the store.
final class StoreRanges implements RangeSource {

    private final ObjectStore store;
    private final FetchMeter meter;

    StoreRanges(ObjectStore store, FetchMeter meter) {
        this.store = store;
        this.meter = meter;
    }

    @Override
    public Mono<Void> read(RangeRequest request) {
        return Mono.defer(() -> {
            meter.requests.increment();
            request.onSent().run();
            return store.read(request.object(), request.offsetBytes(), request.target());
        });
    }
}
