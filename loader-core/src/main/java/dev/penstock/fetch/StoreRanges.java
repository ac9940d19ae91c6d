package dev.penstock.fetch;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.RetryableException;
import dev.penstock.store.ObjectStore;
import java.time.Duration;
import reactor.core.publisher.Mono;

/// Ranges read from the store, one request each; errors are the store's. Does not own the store.
///
/// A request that brings its bytes more slowly than [#LEAST_BYTES_PER_SEC] is given up, so that another one can bring
/// the rest: stores end connections that are silent, and one that drips is not.
final class StoreRanges implements RangeSource {

    /// A hundredth of what object stores give a connection.
    private static final long LEAST_BYTES_PER_SEC = 1_000_000;

    /// Before the first byte, and for small ranges.
    private static final Duration GRACE = Duration.ofSeconds(30);

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
            Duration longest = GRACE.plusSeconds(request.missingBytes() / LEAST_BYTES_PER_SEC);
            return store.read(request.object(), request.offsetBytes(), request.target())
                    .timeout(longest, Mono.error(() -> tooSlow(request, longest)), clock.timer());
        });
    }

    private static RetryableException tooSlow(RangeRequest request, Duration longest) {
        return new RetryableException(
                FailureMessage.of("object read")
                        .with("key", request.object().key())
                        .with("missing", request.missingBytes() + " bytes after " + longest.toSeconds() + " s")
                        .remedy("if it persists, check the store and the network"),
                null);
    }
}
