package dev.penstock.daemon.metrics;

import dev.penstock.daemon.stats.ClientStats;
import dev.penstock.daemon.stats.DaemonStats;
import dev.penstock.daemon.stats.JobStats;
import dev.penstock.daemon.stats.SlotStats;
import dev.penstock.daemon.stats.StreamStats;
import dev.penstock.metrics.CacheMeters;
import dev.penstock.metrics.DeliveryMeters;
import dev.penstock.metrics.MeterGroup;
import dev.penstock.metrics.SlotMeters;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/// The meters of a daemon: those of the whole, of each stream, and of each client. Confined to one thread.
final class DaemonMeters {

    private static final String BYTES = "bytes";
    private static final String BATCHES = "batches";

    /// What a rank tag says of a client that gets the batches of all ranks.
    private static final String ALL_RANKS = "all";

    /// Digits that tell the datasets of one host apart.
    private static final int DATASET_DIGITS = 12;

    private record ClientTags(String job, String rank) {}

    private record StreamTags(int stream, String dataset) {}

    private final Latest<DaemonStats> latest;
    private final ComingAndGoing<StreamTags, StreamStats> streams;
    private final ComingAndGoing<ClientTags, ClientStats> clients;

    DaemonMeters(MeterRegistry registry, DaemonStats first) {
        latest = new Latest<>(first);
        registerWhole(new MeterGroup(registry, Tags.empty()));
        streams = new ComingAndGoing<>(
                key -> new MeterGroup(
                        registry, Tags.of("stream", Integer.toString(key.stream()), "dataset", key.dataset())),
                DaemonMeters::registerStream);
        clients = new ComingAndGoing<>(
                key -> new MeterGroup(registry, Tags.of("job", key.job(), "rank", key.rank())),
                DaemonMeters::registerClient);
        show(first);
    }

    /// Shows a later moment.
    void show(DaemonStats now) {
        latest.set(now);
        Map<StreamTags, StreamStats> presentStreams = new HashMap<>();
        for (StreamStats stream : now.streams()) {
            presentStreams.put(new StreamTags(stream.stream(), shortened(stream.dataset())), stream);
        }
        streams.show(presentStreams);
        Map<ClientTags, ClientStats> presentClients = new HashMap<>();
        for (JobStats job : now.jobs()) {
            for (ClientStats client : job.clients()) {
                String rank = client.rank().isPresent()
                        ? Integer.toString(client.rank().getAsInt())
                        : ALL_RANKS;
                presentClients.put(new ClientTags(job.job(), rank), client);
            }
        }
        clients.show(presentClients);
    }

    private static String shortened(String digest) {
        return digest.substring(0, Math.min(DATASET_DIGITS, digest.length()));
    }

    private void registerWhole(MeterGroup group) {
        Supplier<SlotStats> slots = () -> latest.get().slots();
        group.gauge(
                "penstock.daemon.jobs",
                "jobs",
                "Jobs with a client",
                latest,
                now -> now.jobs().size());
        group.gauge(
                "penstock.daemon.streams",
                "streams",
                "Streams of batches",
                latest,
                now -> now.streams().size());
        group.gauge(
                "penstock.daemon.slots.reserved", BYTES, "Slot memory of all streams", slots, SlotStats::reservedBytes);
        group.gauge(
                "penstock.daemon.slots.budget",
                BYTES,
                "Slot memory that streams can have",
                slots,
                SlotStats::budgetBytes);
        CacheMeters.register(
                group, () -> latest.get().cache(), () -> latest.get().warmUp());
    }

    private static void registerStream(MeterGroup group, Supplier<StreamStats> stream) {
        group.gauge("penstock.stream.clients", "clients", "Clients that read it", stream, StreamStats::clients);
        group.gauge("penstock.stream.position", "steps", "Step that is taken next", stream, StreamStats::step);
        DeliveryMeters.register(group, () -> stream.get().loader());
        SlotMeters.register(group, () -> stream.get().slotUse());
    }

    private static void registerClient(MeterGroup group, Supplier<ClientStats> client) {
        group.counter("penstock.client.batches", BATCHES, "Batches announced", client, ClientStats::batches);
        group.counter("penstock.client.samples", "samples", "Samples in those", client, ClientStats::samples);
        group.counter("penstock.client.payload", BYTES, "Values in those", client, ClientStats::payloadBytes);
        group.counter(
                "penstock.client.hungry",
                "seconds",
                "Time in which it held no batch beyond one that it may be working on",
                client,
                now -> now.hungry().toNanos() / 1e9);
        group.gauge("penstock.client.position", "steps", "Step that is announced next", client, ClientStats::step);
        group.gauge("penstock.client.held", BATCHES, "Batches it holds", client, ClientStats::held);
        group.gauge("penstock.client.credits", BATCHES, "Batches it may hold", client, ClientStats::credits);
        group.gauge("penstock.client.lag", BATCHES, "Batches behind the fastest client", client, ClientStats::lag);
    }
}
