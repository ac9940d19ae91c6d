package dev.penstock.metrics;

import dev.penstock.fetch.FetchCounters;
import java.util.function.Supplier;

/// Registers the meters of the stages around an origin.
final class OriginMeters {

    private static final String BLOCKS = "blocks";
    private static final String BYTES = "bytes";
    private static final String REQUESTS = "requests";

    private OriginMeters() {}

    static void register(MeterGroup group, Supplier<FetchCounters> origin) {
        group.counter(
                "penstock.origin.blocks", BLOCKS, "Blocks read, whole and verified", origin, FetchCounters::blocks);
        group.counter("penstock.origin.useful", BYTES, "Bytes of those blocks", origin, FetchCounters::usefulBytes);
        group.counter(
                "penstock.origin.received",
                BYTES,
                "Bytes that came, useful or not",
                origin,
                FetchCounters::receivedBytes);
        group.counter("penstock.origin.requests", REQUESTS, "Requests sent", origin, FetchCounters::requests);
        group.counter(
                "penstock.origin.retries",
                REQUESTS,
                "Requests sent again after a failure",
                origin,
                FetchCounters::retries);
        group.counter(
                "penstock.origin.throttles",
                REQUESTS,
                "Requests answered with a wish to be asked less often",
                origin,
                FetchCounters::throttles);
        group.counter(
                "penstock.origin.corrupt",
                BLOCKS,
                "Blocks that were not what was indexed, fetched again",
                origin,
                FetchCounters::corruptBlocks);
        group.timer(
                "penstock.origin.queue",
                "Time requests waited for their turn",
                origin,
                FetchCounters::requests,
                FetchCounters::queueNanos);
        group.gauge("penstock.origin.limit", REQUESTS, "Requests that may be in flight", origin, FetchCounters::limit);
        registerHedges(group, origin);
    }

    private static void registerHedges(MeterGroup group, Supplier<FetchCounters> origin) {
        group.counter(
                "penstock.origin.hedges", REQUESTS, "Requests sent beside a late one", origin, FetchCounters::hedges);
        group.counter(
                "penstock.origin.hedges.won",
                REQUESTS,
                "Hedges that were done before the late one",
                origin,
                FetchCounters::hedgesWon);
        group.counter(
                "penstock.origin.hedges.refused",
                REQUESTS,
                "Late reads for which the budget had no bytes left",
                origin,
                FetchCounters::hedgesRefused);
        group.counter(
                "penstock.origin.hedges.wasted", BYTES, "Bytes that came twice", origin, FetchCounters::hedgeBytes);
    }
}
