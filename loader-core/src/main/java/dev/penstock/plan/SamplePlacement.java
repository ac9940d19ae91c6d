package dev.penstock.plan;

import dev.penstock.batch.Layout;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.util.Arrays;

/// Where the samples of a batch lie among the elements of one field, as a [Layout] has it.
///
/// A pure function of the layout, the lengths and the micro-batches. Samples keep their order, so what lies between
/// one and the next is padding. Reusable: grows to the largest batch seen and allocates nothing afterwards. Confined to
/// one thread while it is filled, read-only afterwards.
public final class SamplePlacement {

    private long[] starts = new long[64];
    private long[] firstElements = new long[4];
    private int[] rows = new int[4];
    private int[] rowElements = new int[4];
    private long[] segments = new long[0];
    private int boundaries;
    private long elements;

    /// Replaces what was placed before.
    ///
    /// @param lengths by sample, in the unit that micro-batches are cut by; they decide how many rows a bucket has
    /// @param counts elements of each sample in this field
    /// @param microBatchStarts first sample of each micro-batch, then the number of samples
    public void place(Layout layout, int[] lengths, int[] counts, int[] microBatchStarts, int microBatches) {
        grow(microBatchStarts[microBatches], microBatches);
        elements = 0;
        boundaries = 0;
        for (int m = 0; m < microBatches; m++) {
            int from = microBatchStarts[m];
            int to = microBatchStarts[m + 1];
            firstElements[m] = elements;
            switch (layout) {
                case Layout.Packed() -> packed(counts, from, to);
                case Layout.Padded() -> rowEach(m, from, to, to - from, longest(counts, from, to));
                case Layout.Fixed fixed -> sharedRows(m, fixed, counts, from, to);
                case Layout.Buckets buckets ->
                    rowEach(
                            m,
                            from,
                            to,
                            requireRows(buckets, longest(lengths, from, to), to - from),
                            buckets.rowElements(longest(counts, from, to)));
            }
        }
        if (layout instanceof Layout.Fixed) {
            boundary(elements);
        }
    }

    private void grow(int samples, int microBatches) {
        if (starts.length < samples) {
            starts = new long[samples * 2];
        }
        if (rows.length < microBatches) {
            firstElements = new long[microBatches * 2];
            rows = new int[microBatches * 2];
            rowElements = new int[microBatches * 2];
        }
    }

    private static int longest(int[] lengths, int from, int to) {
        int longest = 0;
        for (int sample = from; sample < to; sample++) {
            longest = Math.max(longest, lengths[sample]);
        }
        return longest;
    }

    private void packed(int[] counts, int from, int to) {
        for (int sample = from; sample < to; sample++) {
            starts[sample] = elements;
            elements += counts[sample];
        }
    }

    private void rowEach(int microBatch, int from, int to, int rowCount, int rowLength) {
        for (int sample = from; sample < to; sample++) {
            starts[sample] = elements + (long) (sample - from) * rowLength;
        }
        end(microBatch, rowCount, rowLength);
    }

    private static int requireRows(Layout.Buckets buckets, int longest, int samples) {
        int rows = buckets.rows(buckets.rowElements(longest));
        if (samples > rows) {
            throw new ConfigurationException(FailureMessage.of("laying out a micro-batch")
                    .with("layout", buckets)
                    .with("samples", samples)
                    .with("rows", rows)
                    .remedy("give the assigner the layout of the loader"));
        }
        return rows;
    }

    /// Next fit: the assigner lists samples row by row. A split sample goes on where the next row begins, so its
    /// elements stay together.
    private void sharedRows(int microBatch, Layout.Fixed fixed, int[] counts, int from, int to) {
        int rowLength = fixed.rowElements();
        int rowCount = 0;
        long room = 0;
        for (int sample = from; sample < to; sample++) {
            int count = counts[sample];
            if (count > room) {
                int begun = fixed.rowsOf(count);
                boundary(elements + (long) rowCount * rowLength - room);
                room = (long) begun * rowLength;
                rowCount += begun;
            }
            starts[sample] = elements + (long) rowCount * rowLength - room;
            room -= count;
            segmentsOf(starts[sample], count, rowLength);
        }
        boundary(elements + (long) rowCount * rowLength - room);
        end(microBatch, rowCount, rowLength);
    }

    private void segmentsOf(long start, int count, int rowLength) {
        for (long at = start; at < start + count; at += rowLength - at % rowLength) {
            boundary(at);
        }
    }

    /// Begins a segment, unless one begins there already.
    private void boundary(long at) {
        if (boundaries > 0 && segments[boundaries - 1] == at) {
            return;
        }
        if (boundaries == segments.length) {
            segments = Arrays.copyOf(segments, Math.max(64, boundaries * 2));
        }
        segments[boundaries++] = at;
    }

    private void end(int microBatch, int rowCount, int rowLength) {
        rows[microBatch] = rowCount;
        rowElements[microBatch] = rowLength;
        elements += (long) rowCount * rowLength;
    }

    /// Elements of all micro-batches, padding included.
    public long elements() {
        return elements;
    }

    /// First element of a sample.
    public long start(int sample) {
        return starts[sample];
    }

    /// First element of a micro-batch.
    public long firstElement(int microBatch) {
        return firstElements[microBatch];
    }

    /// Rows of a micro-batch; not for packed ones.
    public int rows(int microBatch) {
        return rows[microBatch];
    }

    /// Elements of each row of a micro-batch; not for packed ones.
    public int rowElements(int microBatch) {
        return rowElements[microBatch];
    }

    /// Segments of fixed rows; 0 with other layouts.
    public int segmentCount() {
        return Math.max(0, boundaries - 1);
    }

    /// Where a segment begins; the last one ends at `segment(segmentCount())`.
    public long segment(int index) {
        return segments[index];
    }
}
