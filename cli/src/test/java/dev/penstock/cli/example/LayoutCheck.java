package dev.penstock.cli.example;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.batch.Batch;
import dev.penstock.batch.Layout;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// Looks at a delivered batch of byte fields as a consumer would who knows nothing but the tables of its slot.
final class LayoutCheck {

    private LayoutCheck() {}

    static void requireLaidOut(Batch batch, byte pad) {
        for (int field = 0; field < batch.fields().size(); field++) {
            BitSet owned = requireMicroBatches(batch, field);
            byte[] values = batch.values(field).toArray(ValueLayout.JAVA_BYTE);
            for (int at = owned.nextClearBit(0); at < values.length; at = owned.nextClearBit(at + 1)) {
                assertThat(values[at]).as("element %d of field %d", at, field).isEqualTo(pad);
            }
            assertThat(batch.offset(field, batch.sampleCount())).isEqualTo(values.length);
            if (batch.layout().kind() instanceof Layout.Fixed fixed) {
                requireSegments(batch, field, fixed.rowElements(), values.length);
            }
        }
    }

    /// Elements that belong to a sample.
    private static BitSet requireMicroBatches(Batch batch, int field) {
        BitSet owned = new BitSet();
        long begin = batch.values(field).address();
        long next = 0;
        for (int m = 0; m < batch.microBatchCount(); m++) {
            long first = batch.microBatchValues(field, m).address() - begin;
            long size = batch.microBatchValues(field, m).byteSize();
            assertThat(first).as("micro-batch %d", m).isEqualTo(next);
            assertThat(size).isEqualTo((long) batch.rows(field, m) * batch.rowElements(field, m));
            next += size;
            int longest = 0;
            for (int sample = batch.microBatchStart(m); sample < batch.microBatchStart(m + 1); sample++) {
                int from = batch.offset(field, sample);
                int to = from + batch.length(field, sample);
                assertThat(from).isGreaterThanOrEqualTo((int) first);
                assertThat(to).isLessThanOrEqualTo((int) next);
                assertThat(owned.get(from, to).isEmpty())
                        .as("sample %d alone", sample)
                        .isTrue();
                owned.set(from, to);
                longest = Math.max(longest, to - from);
            }
            requireShape(batch, field, m, longest);
        }
        return owned;
    }

    private static void requireShape(Batch batch, int field, int microBatch, int longest) {
        int samples = batch.microBatchStart(microBatch + 1) - batch.microBatchStart(microBatch);
        int rows = batch.rows(field, microBatch);
        int rowElements = batch.rowElements(field, microBatch);
        switch (batch.layout().kind()) {
            case Layout.Packed() -> assertThat(rows).isEqualTo(1);
            case Layout.Padded() -> assertThat(List.of(rows, rowElements)).isEqualTo(List.of(samples, longest));
            case Layout.Fixed fixed -> assertThat(rowElements).isEqualTo(fixed.rowElements());
            case Layout.Buckets buckets -> {
                assertThat(buckets.lengths()).contains(rowElements);
                assertThat(rowElements).isGreaterThanOrEqualTo(longest);
                assertThat(rows).isGreaterThanOrEqualTo(samples);
            }
        }
    }

    /// Every sample begins a segment, goes on in one per row, and shares none.
    private static void requireSegments(Batch batch, int field, int rowElements, int total) {
        List<Integer> expected = new ArrayList<>();
        int end = 0;
        for (int sample = 0; sample < batch.sampleCount(); sample++) {
            int from = batch.offset(field, sample);
            int to = from + batch.length(field, sample);
            if (from == to) {
                continue;
            }
            if (end < from) {
                expected.add(end);
            }
            for (int at = from; at < to; at += rowElements - at % rowElements) {
                expected.add(at);
            }
            end = to;
        }
        if (end < total) {
            expected.add(end);
        }
        expected.add(total);
        List<Integer> found = new ArrayList<>();
        for (int value : batch.segments(field).toArray(ValueLayout.JAVA_INT)) {
            found.add(value);
        }
        assertThat(found).as("segments of field %d", field).isEqualTo(expected);
    }
}
