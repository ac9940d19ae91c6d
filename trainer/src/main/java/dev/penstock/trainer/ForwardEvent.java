package dev.penstock.trainer;

import dev.penstock.batch.Batch;
import dev.penstock.event.BatchEvent;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// A micro-batch through the model, to its loss.
@Name("dev.penstock.Forward")
@Label("Forward")
@Description("A micro-batch through the model, to its loss")
@Category({"Penstock", "Trainer"})
@StackTrace(false)
final class ForwardEvent extends BatchEvent {

    @Label("Micro-batch")
    @Description("Number of the micro-batch in its batch")
    int microBatch;

    @Label("Targets")
    @Description("What the loss is summed over")
    long targets;

    static @Nullable ForwardEvent begun(Batch batch) {
        ForwardEvent event = begun(ForwardEvent::new);
        if (event != null) {
            event.of(batch.epoch(), batch.step(), batch.rank());
        }
        return event;
    }

    void ended(int microBatch, long targets) {
        this.microBatch = microBatch;
        this.targets = targets;
        commit();
    }
}
