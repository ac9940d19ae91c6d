package dev.penstock.daemon.server;

import dev.penstock.daemon.protocol.Json;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What a daemon says of itself. Locations of data are not shown: they may hold a token.
final class Reports {

    private final Streams streams;
    private final Jobs jobs;
    private final StreamResources resources;

    Reports(Streams streams, Jobs jobs, StreamResources resources) {
        this.streams = streams;
        this.jobs = jobs;
        this.resources = resources;
    }

    void health(ObjectNode reply) {
        reply.put("status", "serving").put("pid", ProcessHandle.current().pid());
    }

    /// @param asking whose stream is shown apart as well; null for a client that has none
    void stats(ObjectNode reply, @Nullable Attachment asking) {
        reply.set("jobs", jobs.describe());
        ArrayNode all = reply.putArray("streams");
        for (SharedStream stream : streams.all()) {
            describe(stream, all.addObject());
        }
        reply.putObject("slots")
                .put("reservedBytes", resources.budget().reservedBytes())
                .put("budgetBytes", resources.budget().limitBytes());
        SharedStream own = asking == null ? null : asking.stream();
        if (asking != null && own != null) {
            reply.put("held", asking.heldCount());
            reply.set("loader", Json.of(own.loader().counters()));
        }
    }

    private static void describe(SharedStream stream, ObjectNode one) {
        one.put("dataset", stream.plan().key().datasetDigest())
                .put("access", stream.sharing().toString())
                .put("clients", stream.readerCount())
                .put("step", stream.step())
                .put("slotBytes", stream.memory().memory().sizeBytes());
        one.set("options", Json.of(stream.plan().key().options()));
        one.set("loader", Json.of(stream.loader().counters()));
    }
}
