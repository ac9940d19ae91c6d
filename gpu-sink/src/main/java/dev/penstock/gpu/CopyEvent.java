package dev.penstock.gpu;

import dev.penstock.batch.Batch;
import dev.penstock.event.BatchEvent;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// A batch brought to where its consumer computes: of a device its copy, on the copy stream; of the host the handing
/// over of the slot, which copies nothing.
@Name("dev.penstock.Copy")
@Label("Copy")
@Description("A batch brought to where its consumer computes; the host sink copies 0 bytes")
@Category({"Penstock", "Sink"})
@StackTrace(false)
final class CopyEvent extends BatchEvent {

    @Label("Bytes")
    @Description("Bytes copied")
    @DataAmount
    long bytes;

    static @Nullable CopyEvent begun(Batch batch) {
        CopyEvent event = begun(CopyEvent::new);
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
