package dev.penstock.metrics;

import dev.penstock.loader.LoaderCounters;
import dev.penstock.loader.Stage;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;

/// Registers the meters of what a loader delivers, and of what its consumer waited for.
public final class DeliveryMeters {

    private static final String BYTES = "bytes";

    private DeliveryMeters() {}

    public static void register(MeterGroup group, Supplier<LoaderCounters> loader) {
        group.counter("penstock.loader.batches", "batches", "Batches delivered", loader, LoaderCounters::batches);
        group.counter("penstock.loader.samples", "samples", "Samples delivered", loader, LoaderCounters::samples);
        group.counter("penstock.loader.payload", BYTES, "Values delivered", loader, LoaderCounters::payloadBytes);
        group.counter(
                "penstock.loader.padding", BYTES, "Delivered beside the payload", loader, LoaderCounters::paddingBytes);
        group.counter(
                "penstock.loader.resident",
                BYTES,
                "Payload that was in RAM when its batch was begun",
                loader,
                LoaderCounters::residentBytes);
        group.gauge(
                "penstock.loader.balance",
                "ratio",
                "Mean cost of the fullest rank over its lower bound",
                loader,
                LoaderCounters::meanBalanceRatio);
        for (Stage stage : Stage.values()) {
            group.timer(
                    "penstock.loader.wait",
                    "Time the consumer waited for its batches",
                    loader,
                    LoaderCounters::batches,
                    counters ->
                            counters.waits().getOrDefault(stage, Duration.ZERO).toNanos(),
                    "stage",
                    stage.name().toLowerCase(Locale.ROOT));
        }
        TierMeters.register(group, () -> loader.get().tiers());
        OriginMeters.register(group, () -> loader.get().fetch());
        group.counter(
                "penstock.index.requests",
                "requests",
                "Requests for the index and the state of shards",
                loader,
                LoaderCounters::indexRequests);
    }
}
