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

    @Label("Unit")
    @Description("Number of the micro-batch in its batch; of the sample where samples go one by one")
    int unit;

    @Label("Samples")
    int samples;

    static @Nullable ForwardEvent begun(Batch batch) {
        ForwardEvent event = begun(ForwardEvent::new);
        if (event != null) {
            event.of(batch.epoch(), batch.step(), batch.rank());
        }
        return event;
    }

    void ended(int unit, int samples) {
        this.unit = unit;
        this.samples = samples;
        commit();
    }
}
