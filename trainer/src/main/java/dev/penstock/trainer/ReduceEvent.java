package dev.penstock.trainer;

import dev.penstock.batch.Batch;
import dev.penstock.event.BatchEvent;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/// What of summing over the ranks is not hidden behind backward: the training thread waits for it, with nothing left to
/// compute.
@Name("dev.penstock.Reduce")
@Label("Reduce")
@Description("The training thread's wait for the sum over the ranks, with nothing left to compute")
@Category({"Penstock", "Trainer"})
@StackTrace(false)
final class ReduceEvent extends BatchEvent {

    @Label("Bytes")
    @Description("Bytes of the gradient")
    @DataAmount
    long bytes;

    @Label("In flight")
    @Description("From the departure of the first part of the gradient until the last was back")
    @Timespan(Timespan.NANOSECONDS)
    long inFlight;

    static @Nullable ReduceEvent begun(Batch batch) {
        ReduceEvent event = begun(ReduceEvent::new);
        if (event != null) {
            event.of(batch.epoch(), batch.step(), batch.rank());
        }
        return event;
    }

    void ended(long bytes, long inFlightNanos) {
        this.bytes = bytes;
        inFlight = inFlightNanos;
        commit();
    }
}
