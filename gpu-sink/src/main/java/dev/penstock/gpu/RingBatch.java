package dev.penstock.gpu;

import dev.penstock.batch.Batch;
import dev.penstock.batch.BatchLayout;
import dev.penstock.batch.Field;
import dev.penstock.sink.StagedBatch;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// A batch in a buffer of a [DeviceRing], or on its way there.
///
/// Work that reads it is queued on a stream between [#readyOn] and [#closeAfter] for that stream; neither waits.
public final class RingBatch implements StagedBatch {

    private final DeviceRing ring;
    private final RingBuffer buffer;
    private final long epoch;
    private final long step;
    private final int rank;
    private final List<Field> fields;
    private final BatchLayout layout;
    private final AtomicBoolean open = new AtomicBoolean(true);

    RingBatch(DeviceRing ring, RingBuffer buffer, Batch batch) {
        this.ring = ring;
        this.buffer = buffer;
        this.epoch = batch.epoch();
        this.step = batch.step();
        this.rank = batch.rank();
        this.fields = batch.fields();
        this.layout = batch.layout();
    }

    /// Makes work queued on the consumer's stream from now on wait until the batch is in the buffer.
    public void readyOn(DeviceStream consumer) {
        consumer.await(copied());
    }

    /// Closes the batch for a consumer whose queued work still reads it: the buffer is used again when the stream
    /// has reached this point.
    public void closeAfter(DeviceStream consumer) {
        giveBack(consumer);
    }

    /// The event that says the batch is in the buffer, for a consumer with streams of its own or on the host.
    public DeviceEvent copied() {
        if (!open.get()) {
            throw new IllegalStateException("batch of step " + step + " is closed");
        }
        return buffer.copied();
    }

    @Override
    public long epoch() {
        return epoch;
    }

    @Override
    public long step() {
        return step;
    }

    @Override
    public int rank() {
        return rank;
    }

    @Override
    public List<Field> fields() {
        return fields;
    }

    @Override
    public BatchLayout layout() {
        return layout;
    }

    @Override
    public long address() {
        return buffer.memory().address();
    }

    /// Closes the batch for a consumer that no longer reads it; work that is still queued is not waited for.
    @Override
    public void close() {
        giveBack(null);
    }

    private void giveBack(@Nullable DeviceStream consumer) {
        if (open.compareAndSet(true, false)) {
            ring.giveBack(buffer, consumer);
        }
    }
}
