package dev.penstock.bench.s3server;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/// Counts for [ServerCounters]; any thread.
final class ServerMeter {

    final LongAdder sentBytes = new LongAdder();
    final LongAdder bodyBytes = new LongAdder();
    final LongAdder connections = new LongAdder();
    final AtomicLong openConnections = new AtomicLong();
    private final Map<Operation, LongAdder> requests = adders(Operation.class);
    private final Map<FaultKind, LongAdder> faults = adders(FaultKind.class);

    private static <K extends Enum<K>> Map<K, LongAdder> adders(Class<K> kinds) {
        Map<K, LongAdder> adders = new EnumMap<>(kinds);
        for (K kind : kinds.getEnumConstants()) {
            adders.put(kind, new LongAdder());
        }
        return adders;
    }

    void count(Operation operation) {
        adder(requests, operation).increment();
    }

    void count(FaultKind kind) {
        adder(faults, kind).increment();
    }

    private static <K extends Enum<K>> LongAdder adder(Map<K, LongAdder> adders, K kind) {
        LongAdder adder = adders.get(kind);
        if (adder == null) {
            throw new IllegalStateException("no counter for " + kind);
        }
        return adder;
    }

    ServerCounters snapshot() {
        return new ServerCounters(
                nonZero(requests, Operation.class),
                nonZero(faults, FaultKind.class),
                sentBytes.sum(),
                bodyBytes.sum(),
                openConnections.get(),
                connections.sum());
    }

    private static <K extends Enum<K>> Map<K, Long> nonZero(Map<K, LongAdder> adders, Class<K> kinds) {
        Map<K, Long> counts = new EnumMap<>(kinds);
        adders.forEach((kind, adder) -> {
            if (adder.sum() > 0) {
                counts.put(kind, adder.sum());
            }
        });
        return counts;
    }
}
