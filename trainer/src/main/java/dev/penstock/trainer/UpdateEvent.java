package dev.penstock.trainer;

import dev.penstock.batch.Batch;
import dev.penstock.event.BatchEvent;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// The parameters moved: clipping and the optimiser.
@Name("dev.penstock.Update")
@Label("Update")
@Description("Clipping and the optimiser")
@Category({"Penstock", "Trainer"})
@StackTrace(false)
final class UpdateEvent extends BatchEvent {

    @Label("Learning rate")
    double learningRate;

    static @Nullable UpdateEvent begun(Batch batch) {
        UpdateEvent event = begun(UpdateEvent::new);
        if (event != null) {
            event.of(batch.epoch(), batch.step(), batch.rank());
        }
        return event;
    }

    void ended(double learningRate) {
        this.learningRate = learningRate;
        commit();
    }
}
