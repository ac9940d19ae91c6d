package dev.penstock.bench.s3;

import dev.penstock.bench.measure.ProcessMeter;
import dev.penstock.bench.s3server.GeneratedContent;
import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import io.netty.buffer.ByteBuf;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Reads an object from front to back in ranges, a fixed number of them in flight, into memory that is used again.
///
/// Ownership: the creator closes. Confined to one thread.
final class RangeRun implements AutoCloseable {

    static final int RANGE_BYTES = 8 << 20;
    static final int IN_FLIGHT = 16;

    /// One range for each that is in flight.
    static final long SMALLEST_OBJECT_BYTES = (long) IN_FLIGHT * RANGE_BYTES;

    private static final int WARM_UP_REQUESTS = 15_000;
    private static final int WARM_UP_BYTES = 16 << 10;

    private final Arena arena = Arena.ofShared();
    private final List<MemorySegment> slots = new ArrayList<>();
    private final GeneratedContent content;

    /// A range on its way.
    private record Read(MemorySegment slot, CompletableFuture<?> done) {

        MemorySegment await() {
            done.join();
            return slot;
        }
    }

    /// @param content of the object that the clients read; a whole number of ranges
    RangeRun(GeneratedContent content) {
        this.content = content;
        for (int slot = 0; slot < IN_FLIGHT; slot++) {
            MemorySegment memory = arena.allocate(RANGE_BYTES, 4096);
            memory.fill((byte) 1);
            slots.add(memory);
        }
    }

    /// The gate before timing: the first ranges arrive with the right bytes.
    void check(RangeClient client) {
        for (int range = 0; range < IN_FLIGHT; range++) {
            MemorySegment slot = slots.get(range);
            long offset = (long) range * RANGE_BYTES;
            client.read(offset, slot).join();
            for (long at = 0; at < RANGE_BYTES; ) {
                ByteBuf expected = content.bytes(offset + at, RANGE_BYTES - (int) at);
                MemorySegment right = MemorySegment.ofBuffer(expected.nioBuffer());
                if (MemorySegment.mismatch(right, 0, right.byteSize(), slot, at, at + right.byteSize()) >= 0) {
                    throw new CorruptDataException(FailureMessage.of("checking a client before timing")
                            .with("client", client.getClass().getSimpleName())
                            .with("offset", offset + at));
                }
                at += right.byteSize();
            }
        }
    }

    /// Sends so many small requests that the compiler is done with the client's code: a run of 8 MiB ranges has too few
    /// to get there, and a job of hours has long been.
    void warmUp(RangeClient client) {
        ArrayDeque<Read> reads = new ArrayDeque<>();
        for (int request = 0; request < WARM_UP_REQUESTS; request++) {
            MemorySegment slot = slots.get(request % IN_FLIGHT).asSlice(0, WARM_UP_BYTES);
            if (reads.size() == IN_FLIGHT) {
                reads.remove().await();
            }
            reads.add(new Read(slot, client.read(0, slot)));
        }
        reads.forEach(Read::await);
    }

    /// Reads the whole object and returns the CPU seconds that each gigabyte cost this process.
    double cpuSecondsPerGigabyte(RangeClient client) {
        ProcessMeter start = ProcessMeter.read();
        ArrayDeque<Read> reads = new ArrayDeque<>();
        ArrayDeque<MemorySegment> free = new ArrayDeque<>(slots);
        for (long offset = 0; offset < content.sizeBytes(); offset += RANGE_BYTES) {
            if (free.isEmpty()) {
                free.add(reads.remove().await());
            }
            MemorySegment slot = free.remove();
            reads.add(new Read(slot, client.read(offset, slot)));
        }
        reads.forEach(Read::await);
        return (double) ProcessMeter.read().since(start).cpuNanos() / content.sizeBytes();
    }

    @Override
    public void close() {
        arena.close();
    }
}
