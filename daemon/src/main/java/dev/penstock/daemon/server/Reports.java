package dev.penstock.daemon.server;

import dev.penstock.daemon.protocol.Json;
import dev.penstock.daemon.stats.ClientStats;
import dev.penstock.daemon.stats.DaemonStats;
import dev.penstock.daemon.stats.JobStats;
import dev.penstock.daemon.stats.SlotStats;
import dev.penstock.daemon.stats.StreamStats;
import dev.penstock.daemon.stats.WaitsFor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/// What a daemon says of itself. Locations of data are not shown: they may hold a token.
///
/// Threading: any thread.
final class Reports {

    private static final Logger LOG = LoggerFactory.getLogger(Reports.class);

    private static final Comparator<Attachment> BY_RANK =
            Comparator.comparing(client -> client.ranks().getFirst());

    private final Streams streams;
    private final Jobs jobs;
    private final StreamResources resources;
    private final long beganNanos = System.nanoTime();
    private final Set<Attachment> clients = ConcurrentHashMap.newKeySet();
    private final StreamNumbers numbers = new StreamNumbers();

    Reports(Streams streams, Jobs jobs, StreamResources resources) {
        this.streams = streams;
        this.jobs = jobs;
        this.resources = resources;
    }

    void attached(Attachment client) {
        clients.add(client);
    }

    void left(Attachment client) {
        clients.remove(client);
    }

    void health(ObjectNode reply) {
        reply.put("status", "serving").put("pid", ProcessHandle.current().pid());
    }

    /// @param asking whose stream is shown apart as well; null for a client that has none
    void stats(ObjectNode reply, @Nullable Attachment asking) {
        reply.setAll((ObjectNode) Json.of(stats()));
        SharedStream own = asking == null ? null : asking.stream();
        if (asking != null && own != null) {
            reply.put("held", asking.heldCount());
            reply.set("loader", Json.of(own.loader().counters()));
        }
    }

    DaemonStats stats() {
        List<SharedStream> running = streams.all();
        Map<SharedStream, Integer> numbered = numbers.of(running);
        List<StreamStats> described = new ArrayList<>();
        numbered.forEach((stream, number) -> describe(stream, number).ifPresent(described::add));
        described.sort(Comparator.comparingInt(StreamStats::stream));
        return new DaemonStats(
                ProcessHandle.current().pid(),
                Duration.ofNanos(System.nanoTime() - beganNanos),
                describeJobs(numbered),
                described,
                new SlotStats(
                        resources.budget().reservedBytes(), resources.budget().limitBytes()),
                resources.cache().use(),
                resources.cache().warmUp());
    }

    /// Empty for a stream that closes while it is looked at: what it says then is of no use, and no reason to keep
    /// the others from being shown.
    private static Optional<StreamStats> describe(SharedStream stream, int number) {
        try {
            return Optional.of(describeOpen(stream, number));
        } catch (RuntimeException closing) {
            LOG.debug("a stream is not shown: stream={}", number, closing);
            return Optional.empty();
        }
    }

    private static StreamStats describeOpen(SharedStream stream, int number) {
        long steps = stream.loader().stepCount();
        return new StreamStats(
                number,
                stream.plan().key().datasetDigest(),
                stream.sharing().toString(),
                stream.readerCount(),
                stream.step(),
                steps == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(steps),
                stream.memory().memory().sizeBytes(),
                stream.loader().slotUse(),
                stream.age(),
                stream.plan().key().options(),
                stream.loader().counters());
    }

    private List<JobStats> describeJobs(Map<SharedStream, Integer> numbered) {
        TreeMap<String, List<Attachment>> byJob = new TreeMap<>();
        for (Attachment client : clients) {
            byJob.computeIfAbsent(client.request().job(), _ -> new ArrayList<>())
                    .add(client);
        }
        List<JobStats> described = new ArrayList<>();
        byJob.forEach((job, members) -> {
            members.sort(BY_RANK);
            described.add(JobStats.of(
                    job,
                    members.stream().flatMap(client -> client.ranks().stream()).toList(),
                    jobs.committed(job),
                    members.stream().map(client -> describe(client, numbered)).toList()));
        });
        return described;
    }

    private static ClientStats describe(Attachment client, Map<SharedStream, Integer> numbered) {
        StreamReader reader = client.reader();
        StreamPlace place = reader == null ? null : reader.stream.place(reader);
        Integer number = reader == null ? null : numbered.get(reader.stream);
        if (reader == null || place == null || number == null) {
            return client.stats(OptionalInt.empty(), 0, client.waitsFor().orElse(WaitsFor.STREAM));
        }
        return client.stats(
                OptionalInt.of(number), place.lag(), client.waitsFor().orElseGet(() -> waitsFor(reader.stream, place)));
    }

    private static WaitsFor waitsFor(SharedStream stream, StreamPlace place) {
        return place.unannounced() > 0
                ? WaitsFor.STREAM
                : stream.loader().holdup().map(WaitsFor::of).orElse(WaitsFor.STREAM);
    }
}
