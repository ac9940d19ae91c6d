package dev.penstock.loader;

import dev.penstock.batch.BatchLayout;
import dev.penstock.batch.ElementType;
import dev.penstock.batch.Field;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.plan.BatchPlan;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/// Writes the elements of a slot that belong to no sample, once for each time the slot is used.
///
/// Samples lie in batch order, so padding is what is left between one and the next. Immutable; any thread may write.
final class Padding {

    private static final int LONGEST_ELEMENT_BYTES = 8;

    private final List<Field> fields;
    private final long value;

    /// Fails when a field's elements cannot have the value.
    Padding(List<Field> fields, long value) {
        this.fields = fields;
        this.value = value;
        for (Field field : fields) {
            if (!field.type().holds(value)) {
                throw new ConfigurationException(FailureMessage.of("padding")
                        .with("value", value)
                        .with("field", field.name())
                        .with("type", field.type())
                        .remedy("choose a --pad-value that every field can have"));
            }
        }
    }

    void write(BatchPlan plan, MemorySegment slot) {
        BatchLayout layout = plan.layout();
        if (layout.paddingBytes() == 0) {
            return;
        }
        for (int field = 0; field < plan.fieldCount(); field++) {
            ElementType type = fields.get(field).type();
            long from = layout.valuesOffset(field);
            for (int sample = 0; sample < plan.sampleCount(); sample++) {
                long start = plan.fieldTarget(sample, field);
                fill(slot, from, start, type);
                from = start + plan.fieldBytes(sample, field);
            }
            fill(slot, from, layout.valuesOffset(field) + layout.valuesBytes(field), type);
        }
    }

    /// One element, then what is there already, doubled until it reaches the end.
    void fill(MemorySegment slot, long from, long to, ElementType type) {
        if (from == to) {
            return;
        }
        MemorySegment gap = slot.asSlice(from, to - from);
        if (type.widthBytes() == 1 || value == 0) {
            gap.fill((byte) value);
            return;
        }
        MemorySegment element = MemorySegment.ofArray(new byte[LONGEST_ELEMENT_BYTES]);
        set(element, type);
        MemorySegment.copy(element, 0, gap, 0, type.widthBytes());
        for (long filled = type.widthBytes(); filled < gap.byteSize(); filled *= 2) {
            MemorySegment.copy(gap, 0, gap, filled, Math.min(filled, gap.byteSize() - filled));
        }
    }

    private void set(MemorySegment element, ElementType type) {
        switch (type) {
            case UINT8, INT8 -> element.set(ValueLayout.JAVA_BYTE, 0, (byte) value);
            case UINT16, INT16 -> element.set(ValueLayout.JAVA_SHORT_UNALIGNED, 0, (short) value);
            case INT32 -> element.set(ValueLayout.JAVA_INT_UNALIGNED, 0, (int) value);
            case INT64 -> element.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, value);
            case FLOAT32 -> element.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 0, (float) value);
            case FLOAT64 -> element.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, 0, (double) value);
        }
    }
}
