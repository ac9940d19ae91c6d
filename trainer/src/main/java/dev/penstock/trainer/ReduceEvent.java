package dev.penstock.trainer;

import dev.penstock.batch.Batch;
import dev.penstock.event.BatchEvent;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// Losses, gradients and buffers summed over the ranks, the wait for the slowest rank included.
@Name("dev.penstock.Reduce")
@Label("Reduce")
@Description("Losses, gradients and buffers summed over the ranks, the wait for the slowest included")
@Category({"Penstock", "Trainer"})
@StackTrace(false)
final class ReduceEvent extends BatchEvent {

    @Label("Bytes")
    @Description("Bytes of the gradient")
    @DataAmount
    long bytes;

    static @Nullable ReduceEvent begun(Batch batch) {
        ReduceEvent event = begun(ReduceEvent::new);
        if (event != null) {
            event.of(batch.epoch(), batch.step(), batch.rank());
        }
        return event;
    }

    void ended(long bytes) {
        this.bytes = bytes;
        commit();
    }
}
