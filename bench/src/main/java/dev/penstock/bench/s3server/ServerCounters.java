package dev.penstock.bench.s3server;

import java.io.Serializable;
import java.util.EnumMap;
import java.util.Map;

/// What a server has done since it was started, as of one moment.
///
/// @param requests by operation, refused ones included; an operation that was not asked for is absent
/// @param faults by kind; one that did not happen is absent
/// @param sentBytes handed to connections, headers included: what clients made the network carry
/// @param bodyBytes the part of them that was objects' bytes
/// @param openConnections now
/// @param connections accepted
public record ServerCounters(
        Map<Operation, Long> requests,
        Map<FaultKind, Long> faults,
        long sentBytes,
        long bodyBytes,
        long openConnections,
        long connections)
        implements Serializable {

    public ServerCounters {
        requests = Map.copyOf(requests);
        faults = Map.copyOf(faults);
    }

    public long requests(Operation operation) {
        return requests.getOrDefault(operation, 0L);
    }

    public long faults(FaultKind kind) {
        return faults.getOrDefault(kind, 0L);
    }

    public long allRequests() {
        return requests.values().stream().mapToLong(Long::longValue).sum();
    }

    /// What happened between an earlier moment and this one; connections that are open are so now.
    public ServerCounters since(ServerCounters earlier) {
        Map<Operation, Long> newRequests = new EnumMap<>(Operation.class);
        requests.forEach((operation, count) -> newRequests.put(operation, count - earlier.requests(operation)));
        Map<FaultKind, Long> newFaults = new EnumMap<>(FaultKind.class);
        faults.forEach((kind, count) -> newFaults.put(kind, count - earlier.faults(kind)));
        return new ServerCounters(
                newRequests,
                newFaults,
                sentBytes - earlier.sentBytes,
                bodyBytes - earlier.bodyBytes,
                openConnections,
                connections - earlier.connections);
    }
}
