package dev.penstock.cli.top;

import dev.penstock.daemon.stats.ClientStats;
import dev.penstock.daemon.stats.DaemonStats;
import dev.penstock.daemon.stats.StreamStats;
import dev.penstock.fetch.FetchCounters;
import dev.penstock.loader.LoaderCounters;
import dev.penstock.tier.TierCounters;
import java.time.Duration;
import java.util.Optional;
import java.util.function.ToLongFunction;

/// What has happened between two looks at a daemon; since its own beginning for what was not there at the first, and
/// for everything where there was no first.
///
/// @param before empty for the first look
record Change(Optional<DaemonStats> before, DaemonStats now) {

    /// How one client did.
    ///
    /// @param fedShare of the time, in which it surely had a batch ready
    record OfClient(double samplesPerSec, double bytesPerSec, double fedShare) {}

    OfClient of(String job, ClientStats client) {
        Optional<ClientStats> earlier = before.stream()
                .flatMap(stats -> stats.jobs().stream())
                .filter(other -> other.job().equals(job))
                .flatMap(other -> other.clients().stream())
                .filter(other -> other.rank().equals(client.rank()) && isBefore(other, client))
                .findFirst();
        double seconds = seconds(client.attached())
                - earlier.map(ClientStats::attached).map(Change::seconds).orElse(0.0);
        if (seconds <= 0) {
            return new OfClient(0, 0, 1);
        }
        double hungry = seconds(client.hungry())
                - earlier.map(ClientStats::hungry).map(Change::seconds).orElse(0.0);
        return new OfClient(
                (client.samples() - earlier.map(ClientStats::samples).orElse(0L)) / seconds,
                (client.payloadBytes() - earlier.map(ClientStats::payloadBytes).orElse(0L)) / seconds,
                Math.clamp(1 - hungry / seconds, 0, 1));
    }

    /// A client that attached anew under the same name has begun to count anew.
    private static boolean isBefore(ClientStats earlier, ClientStats later) {
        return earlier.attached().compareTo(later.attached()) < 0 && earlier.batches() <= later.batches();
    }

    long tiers(ToLongFunction<TierCounters> count) {
        return sum(loader -> count.applyAsLong(loader.tiers()));
    }

    long origin(ToLongFunction<FetchCounters> count) {
        return sum(loader -> count.applyAsLong(loader.fetch()));
    }

    /// Over all streams.
    private long sum(ToLongFunction<LoaderCounters> count) {
        return now.streams().stream()
                .mapToLong(stream -> count.applyAsLong(stream.loader())
                        - earlier(stream)
                                .map(StreamStats::loader)
                                .map(count::applyAsLong)
                                .orElse(0L))
                .sum();
    }

    private Optional<StreamStats> earlier(StreamStats stream) {
        return before.stream()
                .flatMap(stats -> stats.streams().stream())
                .filter(other -> other.stream() == stream.stream()
                        && other.dataset().equals(stream.dataset())
                        && other.age().compareTo(stream.age()) < 0)
                .findFirst();
    }

    /// What went through origins, per second: over the time between the looks, or since the oldest stream began.
    double originBytesPerSec() {
        double seconds = before.map(first -> seconds(now.uptime()) - seconds(first.uptime()))
                .orElseGet(() -> now.streams().stream()
                        .mapToDouble(stream -> seconds(stream.age()))
                        .max()
                        .orElse(0));
        return seconds <= 0 ? 0 : origin(FetchCounters::usefulBytes) / seconds;
    }

    private static double seconds(Duration time) {
        return time.toNanos() / 1e9;
    }
}
