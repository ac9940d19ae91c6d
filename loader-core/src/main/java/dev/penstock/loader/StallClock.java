package dev.penstock.loader;

import dev.penstock.batch.BatchLayout;
import java.util.EnumMap;
import java.util.concurrent.atomic.LongAdder;

/// Says how long the consumer waited, and for which stage.
///
/// A wait is divided exactly: the part of it before the batch was planned waited for the planner, the part between
/// its plan and its slot for a slot, and so on. Written by the consumer, read from any thread.
final class StallClock {

    private final LongAdder batches = new LongAdder();
    private final LongAdder samples = new LongAdder();
    private final LongAdder payloadBytes = new LongAdder();
    private final LongAdder paddingBytes = new LongAdder();
    private final LongAdder residentBytes = new LongAdder();
    private final LongAdder[] waitNanos = new LongAdder[Stage.values().length];
    private final LongAdder balanceRatioMillionths = new LongAdder();

    StallClock() {
        for (int i = 0; i < waitNanos.length; i++) {
            waitNanos[i] = new LongAdder();
        }
    }

    void delivered(Fill fill, long calledAtNanos, long deliveredAtNanos) {
        BatchLayout layout = fill.plan.layout();
        batches.increment();
        samples.add(layout.sampleCount());
        payloadBytes.add(layout.payloadBytes());
        paddingBytes.add(layout.paddingBytes());
        residentBytes.add(fill.residentBytes);
        balanceRatioMillionths.add(Math.round(fill.plan.balanceRatio() * 1e6));
        long from = calledAtNanos;
        from = spend(Stage.PLAN, from, fill.plannedAtNanos);
        from = spend(Stage.SLOT, from, fill.slotAtNanos);
        from = spend(Stage.FETCH, from, fill.lastBlockAtNanos);
        spend(Stage.DECODE, from, deliveredAtNanos);
    }

    /// Counts the time between two instants for a stage, where the second is later; returns the later one.
    private long spend(Stage stage, long fromNanos, long untilNanos) {
        if (untilNanos - fromNanos <= 0) {
            return fromNanos;
        }
        waitNanos[stage.ordinal()].add(untilNanos - fromNanos);
        return untilNanos;
    }

    long batches() {
        return batches.sum();
    }

    long samples() {
        return samples.sum();
    }

    long payloadBytes() {
        return payloadBytes.sum();
    }

    long paddingBytes() {
        return paddingBytes.sum();
    }

    long residentBytes() {
        return residentBytes.sum();
    }

    double meanBalanceRatio() {
        long count = batches.sum();
        return count == 0 ? 1 : balanceRatioMillionths.sum() / 1e6 / count;
    }

    EnumMap<Stage, Long> waitNanos() {
        EnumMap<Stage, Long> waits = new EnumMap<>(Stage.class);
        for (Stage stage : Stage.values()) {
            waits.put(stage, waitNanos[stage.ordinal()].sum());
        }
        return waits;
    }
}
