package dev.penstock.gpu;

import dev.penstock.batch.Batch;
import dev.penstock.batch.BatchLayout;
import dev.penstock.batch.ElementType;
import dev.penstock.batch.Field;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/// Batches in slots of their own, each filled with its step, that count how often they are given back.
final class Slots implements AutoCloseable {

    static final long TOKENS = 10_000;

    private final Arena arena = Arena.ofShared();
    private final List<AtomicInteger> releases = new ArrayList<>();

    Batch deliver(long step) {
        return deliver(step, new CountDownLatch(1));
    }

    /// @param released counted down when the slot is given back
    Batch deliver(long step, CountDownLatch released) {
        BatchLayout layout = layout();
        MemorySegment slot = arena.allocate(layout.totalBytes(), BatchLayout.ALIGNMENT_BYTES);
        for (long token = 0; token < TOKENS; token++) {
            slot.setAtIndex(ValueLayout.JAVA_INT, layout.valuesOffset(0) / 4 + token, (int) step);
        }
        AtomicInteger count = new AtomicInteger();
        releases.add(count);
        return new Batch(0, step, 0, List.of(new Field("tokens", ElementType.INT32)), layout, slot, 1, 0, () -> {
            slot.fill((byte) -1); // whoever still reads the slot will notice
            count.incrementAndGet();
            released.countDown();
        });
    }

    List<Integer> releaseCounts() {
        return releases.stream().map(AtomicInteger::get).toList();
    }

    static BatchLayout layout() {
        return new BatchLayout(1, 1, TOKENS * 4);
    }

    @Override
    public void close() {
        arena.close();
    }
}
