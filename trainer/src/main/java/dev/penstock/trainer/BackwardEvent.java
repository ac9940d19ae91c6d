package dev.penstock.trainer;

import dev.penstock.batch.Batch;
import dev.penstock.event.BatchEvent;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// The gradient of a micro-batch's loss, added to that of the batch.
@Name("dev.penstock.Backward")
@Label("Backward")
@Description("The gradient of a micro-batch, added to that of its batch")
@Category({"Penstock", "Trainer"})
@StackTrace(false)
final class BackwardEvent extends BatchEvent {

    @Label("Unit")
    @Description("Number of the micro-batch in its batch; of the sample where samples go one by one")
    int unit;

    static @Nullable BackwardEvent begun(Batch batch) {
        BackwardEvent event = begun(BackwardEvent::new);
        if (event != null) {
            event.of(batch.epoch(), batch.step(), batch.rank());
        }
        return event;
    }

    void ended(int unit) {
        this.unit = unit;
        commit();
    }
}
