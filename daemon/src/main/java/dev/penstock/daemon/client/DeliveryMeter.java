package dev.penstock.daemon.client;

import dev.penstock.batch.Batch;
import dev.penstock.loader.LoaderCounters;
import dev.penstock.loader.Stage;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/// Counts what one client was delivered and how long it waited. Written by the consumer, read from any thread.
final class DeliveryMeter {

    private final LongAdder batches = new LongAdder();
    private final LongAdder samples = new LongAdder();
    private final LongAdder payloadBytes = new LongAdder();
    private final LongAdder paddingBytes = new LongAdder();
    private final LongAdder waitNanos = new LongAdder();

    void delivered(Batch batch, long waitedNanos) {
        batches.increment();
        samples.add(batch.sampleCount());
        payloadBytes.add(batch.payloadBytes());
        paddingBytes.add(batch.layout().paddingBytes());
        waitNanos.add(waitedNanos);
    }

    /// This client's counts, with what only the daemon knows of the stream it reads.
    ///
    /// The wait is this client's own. It is divided among the stages as the daemon's is, which waited for the same
    /// batches.
    LoaderCounters counters(LoaderCounters ofStream) {
        return new LoaderCounters(
                batches.sum(),
                samples.sum(),
                payloadBytes.sum(),
                paddingBytes.sum(),
                Math.min(ofStream.residentBytes(), payloadBytes.sum()),
                ofStream.meanBalanceRatio(),
                divided(ofStream.waits()),
                ofStream.tiers(),
                ofStream.warmUp(),
                ofStream.fetch(),
                ofStream.indexRequests());
    }

    private Map<Stage, Duration> divided(Map<Stage, Duration> stream) {
        Map<Stage, Duration> waits = new EnumMap<>(Stage.class);
        double streamNanos =
                stream.values().stream().mapToLong(Duration::toNanos).sum();
        for (Stage stage : Stage.values()) {
            double share = streamNanos == 0
                    ? (stage == Stage.DECODE ? 1 : 0)
                    : stream.getOrDefault(stage, Duration.ZERO).toNanos() / streamNanos;
            waits.put(stage, Duration.ofNanos(Math.round(waitNanos.sum() * share)));
        }
        return waits;
    }
}
