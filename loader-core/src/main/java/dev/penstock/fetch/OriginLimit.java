package dev.penstock.fetch;

import java.util.concurrent.ThreadLocalRandom;
import reactor.core.publisher.Mono;

/// The requests that may be in flight to one store, which all jobs that read it share fairly. Thread-safe.
public final class OriginLimit {

    private final ConcurrencyLimit limit;

    private OriginLimit(ConcurrencyLimit limit) {
        this.limit = limit;
    }

    /// @param config says how many requests there are at most, over all jobs
    public static OriginLimit of(FetchConfig config) {
        return new OriginLimit(new ConcurrencyLimit(
                _ -> Mono.error(new IllegalStateException("a request without a job")),
                config.maxConnections(),
                FetchClock.system(),
                () -> ThreadLocalRandom.current().nextDouble(),
                new FetchMeter()));
    }

    RangeSource forJob(RangeSource source, FetchMeter meter) {
        return limit.forJob(source, meter);
    }
}
