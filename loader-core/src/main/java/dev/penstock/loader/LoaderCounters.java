package dev.penstock.loader;

import dev.penstock.fetch.FetchCounters;
import dev.penstock.tier.TierCounters;
import dev.penstock.tier.WarmUp;
import java.time.Duration;
import java.util.Map;

/// What a loader has done since it was opened, as of one moment.
///
/// @param batches delivered, over all local ranks
/// @param samples delivered
/// @param payloadBytes values delivered, without offsets, ids and padding
/// @param paddingBytes delivered beside them, that belong to no sample
/// @param residentBytes the part of them whose block was in RAM when its batch was begun; the rest was waited for
/// @param meanBalanceRatio mean over delivered batches of the fullest rank's cost over its lower bound
/// @param waits how long the consumer waited in all, by what it waited for
/// @param tiers where the bytes came from
/// @param warmUp how far the cache has filled, over all loaders that share it
/// @param fetch how those of the origin were read
/// @param indexRequests sent to the store to open the index and to learn the state of the shards; of all loaders that
///     share the index
public record LoaderCounters(
        long batches,
        long samples,
        long payloadBytes,
        long paddingBytes,
        long residentBytes,
        double meanBalanceRatio,
        Map<Stage, Duration> waits,
        TierCounters tiers,
        WarmUp warmUp,
        FetchCounters fetch,
        long indexRequests) {

    public LoaderCounters {
        waits = Map.copyOf(waits);
    }

    /// Time the consumer waited for a batch, all stages together.
    public Duration waited() {
        return waits.values().stream().reduce(Duration.ZERO, Duration::plus);
    }
}
