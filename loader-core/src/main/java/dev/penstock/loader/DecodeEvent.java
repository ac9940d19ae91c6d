package dev.penstock.loader;

import dev.penstock.event.BatchEvent;
import dev.penstock.plan.BatchPlan;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// A worker's turn at a batch: samples copied from blocks to the slot, and verified.
@Name("dev.penstock.Decode")
@Label("Decode")
@Description("Samples of a batch copied from blocks to their slot, and verified")
@Category({"Penstock", "Loader"})
@StackTrace(false)
final class DecodeEvent extends BatchEvent {

    @Label("Bytes")
    @Description("Bytes copied into the slot")
    @DataAmount
    long bytes;

    @Label("Blocks")
    @Description("Blocks they were copied from")
    int blocks;

    /// The plan is read now: once its last block is dealt with, it may be another batch's.
    static @Nullable DecodeEvent begun(BatchPlan plan) {
        DecodeEvent event = begun(DecodeEvent::new);
        if (event != null) {
            event.of(plan.epoch(), plan.step(), plan.rank());
        }
        return event;
    }

    void ended(int blocks, long bytes) {
        this.blocks = blocks;
        this.bytes = bytes;
        commit();
    }
}
