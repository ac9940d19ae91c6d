package dev.penstock.trainer;

import dev.penstock.batch.Batch;
import dev.penstock.batch.BatchLayout;
import dev.penstock.batch.ElementType;
import dev.penstock.batch.Field;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Batches made by hand, in native memory, laid out as a loader would.
public final class TestBatches {

    public static final List<Field> BYTES = List.of(new Field("text", ElementType.UINT8));

    private TestBatches() {}

    /// One batch; each inner list is a micro-batch.
    public static Batch of(long step, List<List<byte[]>> microBatches) {
        return of(step, BYTES, microBatches.stream().map(TestBatches::columns).toList());
    }

    private static List<byte[][]> columns(List<byte[]> samples) {
        return samples.stream().map(sample -> new byte[][] {sample}).toList();
    }

    /// One batch of several fields; each inner list is a micro-batch, each sample has its bytes by field.
    public static Batch of(long step, List<Field> fields, List<List<byte[][]>> microBatches) {
        List<byte[][]> samples = microBatches.stream().flatMap(List::stream).toList();
        long[] bytes = new long[fields.size()];
        for (int field = 0; field < bytes.length; field++) {
            for (byte[][] sample : samples) {
                bytes[field] += sample[field].length;
            }
        }
        BatchLayout layout = new BatchLayout(samples.size(), microBatches.size(), bytes);
        MemorySegment slot = Arena.ofAuto().allocate(Math.max(64, layout.totalBytes()), 64);
        int first = 0;
        for (int micro = 0; micro <= microBatches.size(); micro++) {
            slot.set(ValueLayout.JAVA_INT, layout.microBatchesOffset() + 4L * micro, first);
            first += micro < microBatches.size() ? microBatches.get(micro).size() : 0;
        }
        for (int i = 0; i < samples.size(); i++) {
            slot.set(ValueLayout.JAVA_LONG, 8L * i, i);
        }
        for (int field = 0; field < bytes.length; field++) {
            fill(slot, layout, field, fields.get(field).type().widthBytes(), samples);
        }
        return new Batch(0, step, 0, fields, layout, slot, 1, 0, () -> {});
    }

    private static void fill(
            MemorySegment slot, BatchLayout layout, int field, int widthBytes, List<byte[][]> samples) {
        int at = 0;
        for (int i = 0; i < samples.size(); i++) {
            byte[] sample = samples.get(i)[field];
            slot.set(ValueLayout.JAVA_INT, layout.offsetsOffset(field) + 4L * i, at / widthBytes);
            MemorySegment.copy(sample, 0, slot, ValueLayout.JAVA_BYTE, layout.valuesOffset(field) + at, sample.length);
            at += sample.length;
        }
        slot.set(ValueLayout.JAVA_INT, layout.offsetsOffset(field) + 4L * samples.size(), at / widthBytes);
    }

    /// Floats as they are stored.
    public static byte[] bytes(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    /// Whole numbers as they are stored.
    public static byte[] bytes(long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        return bytes.array();
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
