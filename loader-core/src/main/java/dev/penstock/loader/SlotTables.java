package dev.penstock.loader;

import dev.penstock.batch.BatchLayout;
import dev.penstock.batch.Layout;
import dev.penstock.plan.BatchPlan;
import dev.penstock.plan.SamplePlacement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Writes into a slot what a plan knows before any byte has arrived: the tables of [BatchLayout] but the checksums.
final class SlotTables {

    private SlotTables() {}

    static void write(BatchPlan plan, MemorySegment slot) {
        BatchLayout layout = plan.layout();
        for (int sample = 0; sample < plan.sampleCount(); sample++) {
            slot.set(ValueLayout.JAVA_LONG, (long) Long.BYTES * sample, plan.sampleId(sample));
        }
        for (int m = 0; m <= layout.microBatchCount(); m++) {
            setInt(slot, layout.microBatchesOffset(), m, plan.microBatchStart(m));
        }
        for (int field = 0; field < plan.fieldCount(); field++) {
            writeOffsets(plan, field, slot);
            if (!layout.isPacked()) {
                writeLengths(plan, field, slot);
                writeShapes(plan, field, slot);
            }
            if (layout.kind() instanceof Layout.Fixed) {
                writeSegments(plan, field, slot);
            }
        }
    }

    private static void writeOffsets(BatchPlan plan, int field, MemorySegment slot) {
        SamplePlacement placement = plan.placement(field);
        long at = plan.layout().offsetsOffset(field);
        for (int sample = 0; sample < plan.sampleCount(); sample++) {
            setInt(slot, at, sample, placement.start(sample));
        }
        setInt(slot, at, plan.sampleCount(), placement.elements());
    }

    private static void writeLengths(BatchPlan plan, int field, MemorySegment slot) {
        for (int sample = 0; sample < plan.sampleCount(); sample++) {
            setInt(slot, plan.layout().lengthsOffset(field), sample, plan.fieldElements(sample, field));
        }
    }

    private static void writeShapes(BatchPlan plan, int field, MemorySegment slot) {
        SamplePlacement placement = plan.placement(field);
        long at = plan.layout().shapesOffset(field);
        int next = 0;
        for (int m = 0; m < plan.layout().microBatchCount(); m++) {
            setInt(slot, at, next++, placement.firstElement(m));
            setInt(slot, at, next++, placement.rows(m));
            setInt(slot, at, next++, placement.rowElements(m));
        }
    }

    private static void writeSegments(BatchPlan plan, int field, MemorySegment slot) {
        SamplePlacement placement = plan.placement(field);
        for (int segment = 0; segment <= placement.segmentCount(); segment++) {
            setInt(slot, plan.layout().segmentsOffset(field), segment, placement.segment(segment));
        }
    }

    /// The planner refuses a batch of more elements than an int32 counts.
    private static void setInt(MemorySegment slot, long tableAt, int index, long value) {
        slot.set(ValueLayout.JAVA_INT, tableAt + (long) Integer.BYTES * index, (int) value);
    }
}
