package dev.penstock.fetch;

import dev.penstock.store.ObjectStore;
import dev.penstock.store.SlowestTransfer;
import reactor.core.publisher.Mono;

/// Ranges read from the store, one request each; errors are the store's. Does not own the store.
///
/// A request that brings its bytes too slowly is given up; see [SlowestTransfer].
final class StoreRanges implements RangeSource {

    private final ObjectStore store;
    private final FetchClock clock;
    private final FetchMeter meter;

    StoreRanges(ObjectStore store, FetchClock clock, FetchMeter meter) {
        this.store = store;
        this.clock = clock;
        this.meter = meter;
    }

    @Override
    public Mono<Void> read(RangeRequest request) {
        return Mono.defer(() -> {
            meter.requests.increment();
            request.onSent().run();
            return SlowestTransfer.read(
                    store, request.object(), request.offsetBytes(), request.target(), clock.timer());
        });
    }
}
