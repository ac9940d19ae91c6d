package dev.penstock.tier;

import dev.penstock.event.StageEvent;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// A block on its way into RAM, from the disk tier or from the origin; of the origin with its retries and its wait for
/// a free connection.
///
/// It is recorded for the thread that ended the read. Fetches of one thread therefore overlap.
@Name("dev.penstock.Fetch")
@Label("Fetch")
@Description("A block on its way into RAM")
@Category({"Penstock", "Loader"})
@StackTrace(false)
final class FetchEvent extends StageEvent {

    enum Tier {
        DISK,
        ORIGIN
    }

    @Label("Tier")
    @Description("Where the block was read from: DISK or ORIGIN")
    String tier = "";

    @Label("Shard")
    @Description("Number of the shard in the dataset")
    int shard;

    @Label("Offset")
    @Description("Where in the shard the block begins")
    @DataAmount
    long offset;

    @Label("Bytes")
    @Description("Length of the block")
    @DataAmount
    long bytes;

    @Label("Needed in step")
    @Description("First step that is known to need the block; -1 when none is")
    long step;

    static @Nullable FetchEvent begun() {
        return begun(FetchEvent::new);
    }

    void ended(Tier tier, BlockMap map, int block, Deadline deadline) {
        this.tier = tier.name();
        shard = map.object(block);
        offset = map.offsetBytes(block);
        bytes = map.lengthBytes(block);
        step = deadline.step();
        commit();
    }
}
