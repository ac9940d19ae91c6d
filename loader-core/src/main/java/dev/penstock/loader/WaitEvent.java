package dev.penstock.loader;

import dev.penstock.batch.Batch;
import dev.penstock.event.BatchEvent;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// The consumer's wait for a batch, from asking for it to having it; one for each batch, also where it was ready.
@Name("dev.penstock.Wait")
@Label("Wait")
@Description("The consumer's wait for a batch, from asking for it to having it")
@Category({"Penstock", "Loader"})
@StackTrace(false)
final class WaitEvent extends BatchEvent {

    @Label("Bytes")
    @Description("Payload of the batch")
    @DataAmount
    long bytes;

    static @Nullable WaitEvent begun() {
        return begun(WaitEvent::new);
    }

    void ended(Batch batch) {
        of(batch.epoch(), batch.step(), batch.rank());
        bytes = batch.payloadBytes();
        commit();
    }
}
