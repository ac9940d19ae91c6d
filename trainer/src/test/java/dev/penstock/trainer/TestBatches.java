package dev.penstock.trainer;

import dev.penstock.batch.Batch;
import dev.penstock.batch.BatchLayout;
import dev.penstock.batch.ElementType;
import dev.penstock.batch.Field;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Batches made by hand, in native memory, laid out as a loader would.
public final class TestBatches {

    public static final List<Field> BYTES = List.of(new Field("text", ElementType.UINT8));

    private TestBatches() {}

    /// One batch; each inner list is a micro-batch.
    public static Batch of(long step, List<List<byte[]>> microBatches) {
        List<byte[]> samples = microBatches.stream().flatMap(List::stream).toList();
        long bytes = samples.stream().mapToLong(sample -> sample.length).sum();
        BatchLayout layout = new BatchLayout(samples.size(), microBatches.size(), bytes);
        MemorySegment slot = Arena.ofAuto().allocate(Math.max(64, layout.totalBytes()), 64);
        int first = 0;
        for (int micro = 0; micro <= microBatches.size(); micro++) {
            slot.set(ValueLayout.JAVA_INT, layout.microBatchesOffset() + 4L * micro, first);
            first += micro < microBatches.size() ? microBatches.get(micro).size() : 0;
        }
        int offset = 0;
        for (int i = 0; i < samples.size(); i++) {
            byte[] sample = samples.get(i);
            slot.set(ValueLayout.JAVA_INT, layout.offsetsOffset(0) + 4L * i, offset);
            MemorySegment.copy(sample, 0, slot, ValueLayout.JAVA_BYTE, layout.valuesOffset(0) + offset, sample.length);
            offset += sample.length;
        }
        slot.set(ValueLayout.JAVA_INT, layout.offsetsOffset(0) + 4L * samples.size(), offset);
        return new Batch(0, step, 0, BYTES, layout, slot, 1, () -> {});
    }

    /// Text-like samples of different lengths: the same seed gives the same bytes.
    public static List<byte[]> samples(long seed, int count, int maxLength) {
        Random random = new Random(seed);
        List<byte[]> samples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] sample = new byte[2 + random.nextInt(maxLength - 1)];
            for (int at = 0; at < sample.length; at++) {
                sample[at] = (byte) ('a' + (at * 7 + random.nextInt(5)) % 26);
            }
            samples.add(sample);
        }
        return samples;
    }
}
