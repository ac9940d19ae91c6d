package dev.penstock.bench.feed;

import dev.penstock.bench.measure.BenchDataset;
import dev.penstock.index.DatasetIndex;
import dev.penstock.index.ShardIndex;
import dev.penstock.memory.PageLockedMemory;
import dev.penstock.memory.PageLocking;
import dev.penstock.memory.SlotArena;
import dev.penstock.order.EpochOrder;
import dev.penstock.order.SampleOrder;
import dev.penstock.order.Shuffle;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// The control: plain copies of the bytes that the loader delivers, between memory of the same kind and size.
///
/// The source is a region as large as the RAM tier's content and holds all shards; the destination is a ring of slots
/// as large as the loader's slot memory. No plan, no checksum, no hand-over between threads.
///
/// Ownership: the creator closes.
final class CopyControl implements AutoCloseable {

    private final PageLockedMemory source;
    private final PageLockedMemory slots;
    private final long payloadBytes;
    private final long slotBytes;
    private final int slotCount;
    private final int batchSize;

    /// Where each field of each sample lies in the source, in the order of one shuffled epoch; then how long it is.
    private final long[] valueAt;

    private final int[] valueBytes;

    CopyControl(BenchDataset dataset, int batchSize, long slotMemoryBytes, long seed) {
        DatasetIndex index = dataset.index();
        int fields = index.fields().size();
        this.batchSize = batchSize * fields;
        this.valueAt = new long[Math.toIntExact(index.sampleCount() * fields)];
        this.valueBytes = new int[valueAt.length];
        this.payloadBytes = placeValues(index, seed);
        this.slotBytes = Math.ceilDiv(largestBatch(), SlotArena.GRANULE_BYTES) * SlotArena.GRANULE_BYTES;
        this.slotCount = (int) Math.max(1, slotMemoryBytes / slotBytes);
        this.source = PageLockedMemory.allocate(dataset.storedBytes(), PageLocking.OFF);
        this.slots = PageLockedMemory.allocate(slotCount * slotBytes, PageLocking.OFF);
        load(dataset);
    }

    private long placeValues(DatasetIndex index, long seed) {
        long[] shardAt = new long[index.shardCount() + 1];
        for (int shard = 0; shard < index.shardCount(); shard++) {
            shardAt[shard + 1] = shardAt[shard] + index.shard(shard).object().sizeBytes();
        }
        EpochOrder order = new SampleOrder(index.firstSamples(), new Shuffle.Full(), seed).epoch(0);
        long bytes = 0;
        int value = 0;
        for (long position = 0; position < index.sampleCount(); position++) {
            long id = order.sampleAt(position);
            int shardNumber = index.shardOf(id);
            ShardIndex shard = index.shard(shardNumber);
            int local = (int) (id - index.firstSample(shardNumber));
            for (int field = 0; field < index.fields().size(); field++) {
                valueAt[value] = shardAt[shardNumber] + Math.max(0, shard.offset(local, field));
                valueBytes[value] = shard.storedBytes(local, field);
                bytes += valueBytes[value++];
            }
        }
        return bytes;
    }

    private long largestBatch() {
        long largest = 1;
        for (int first = 0; first < valueAt.length; first += batchSize) {
            largest = Math.max(largest, batchBytes(first));
        }
        return largest;
    }

    private long batchBytes(int first) {
        long bytes = 0;
        for (int value = first; value < Math.min(valueAt.length, first + batchSize); value++) {
            bytes += valueBytes[value];
        }
        return bytes;
    }

    private void load(BenchDataset dataset) {
        long at = 0;
        for (int shard = 0; shard < dataset.index().shardCount(); shard++) {
            var object = dataset.index().shard(shard).object();
            dataset.store()
                    .read(object, 0, source.segment().asSlice(at, object.sizeBytes()))
                    .block();
            at += object.sizeBytes();
        }
    }

    /// Bytes of one epoch's samples.
    long payloadBytes() {
        return payloadBytes;
    }

    /// Memory that only the control needs.
    long memoryBytes() {
        return source.sizeBytes() + slots.sizeBytes();
    }

    /// One thread copies `bytes`, a batch's worth at a time, from front to back of the source, slot after slot.
    void stream(long bytes) {
        stream(bytes, 0, 0);
    }

    private void stream(long bytes, long startAt, int firstSlot) {
        long batchBytes = Math.max(1, payloadBytes / Math.ceilDiv(valueAt.length, batchSize));
        long at = startAt;
        int slot = firstSlot;
        for (long left = bytes; left > 0; left -= batchBytes) {
            long copied = Math.min(left, batchBytes);
            if (at + copied > source.sizeBytes()) {
                at = 0;
            }
            MemorySegment.copy(source.segment(), at, slots.segment(), slot * slotBytes, copied);
            at += copied;
            slot = slot + 1 == slotCount ? 0 : slot + 1;
        }
    }

    /// One thread copies every sample of `epochs` epochs from its place in its shard to its place in a packed slot, in
    /// shuffled order: all that a loader with its plans already made could not avoid.
    void gather(long epochs) {
        int slot = 0;
        for (long epoch = 0; epoch < epochs; epoch++) {
            for (int first = 0; first < valueAt.length; first += batchSize) {
                gatherBatch(first, slot * slotBytes);
                slot = slot + 1 == slotCount ? 0 : slot + 1;
            }
        }
    }

    private void gatherBatch(int first, long slotAt) {
        long to = slotAt;
        int end = Math.min(valueAt.length, first + batchSize);
        for (int value = first; value < end; value++) {
            MemorySegment.copy(source.segment(), valueAt[value], slots.segment(), to, valueBytes[value]);
            to += valueBytes[value];
        }
    }

    /// Several threads share the work of [#stream], each in its own part of the source and the slots.
    void streamOn(int threads, long bytes) {
        List<Callable<Void>> parts = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            long startAt = source.sizeBytes() / threads * thread;
            int firstSlot = slotCount * thread / threads;
            parts.add(() -> {
                stream(bytes / threads, startAt, firstSlot);
                return null;
            });
        }
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            for (var part : executor.invokeAll(parts)) {
                part.get();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while copying", interrupted);
        } catch (ExecutionException failed) {
            throw new IllegalStateException("copying failed", failed);
        }
    }

    @Override
    public void close() {
        source.close();
        slots.close();
    }
}
