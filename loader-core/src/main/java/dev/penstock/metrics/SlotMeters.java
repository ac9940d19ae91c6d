package dev.penstock.metrics;

import dev.penstock.memory.SlotUse;
import java.util.function.Supplier;

/// Registers the meters of the page-locked memory that batches are delivered in.
public final class SlotMeters {

    private static final String BYTES = "bytes";

    private SlotMeters() {}

    public static void register(MeterGroup group, Supplier<SlotUse> use) {
        group.gauge("penstock.loader.slots", "slots", "Slots out: delivered or on their way", use, SlotUse::leases);
        group.gauge("penstock.loader.slots.used", BYTES, "Memory of those", use, SlotUse::usedBytes);
        group.gauge("penstock.loader.slots.capacity", BYTES, "Memory for slots", use, SlotUse::capacityBytes);
    }
}
