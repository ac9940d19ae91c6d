package dev.penstock.loader;

import dev.penstock.batch.Batch;
import dev.penstock.batch.Field;
import dev.penstock.memory.SlotLease;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One run of a loader over its steps: a planner thread, decode workers, and delivery in order.
///
/// ```
/// planner:  plan ─► waiting ─► slot leased ─► fill queue ─► take()
///              └─ read-ahead requests blocks      └─ workers copy each block as it arrives
/// ```
///
/// Ownership: slots of undelivered batches and all block leases belong to the stream and are given back by
/// [#close()]; a delivered batch belongs to the consumer. Threading: one consumer; [#close()] from any thread, also
/// while the consumer waits.
final class BatchStream implements BatchFeed {

    private final List<Field> fields;
    private final FillQueue fills;
    private final DecodePool workers;
    private final Thread planner;
    private final StallClock stalls;
    private final Runnable onClose;
    private boolean closed;

    /// Since when [#poll()] has found nothing; confined to the consumer.
    private long waitingSinceNanos;

    private boolean waiting;

    /// @param planner runs until the end of the run or until the queue is closed
    /// @param onClose told once, after everything of this stream was given back
    BatchStream(
            List<Field> fields,
            FillQueue fills,
            DecodePool workers,
            StreamPlanner planner,
            StallClock stalls,
            Runnable onClose) {
        this.fields = fields;
        this.fills = fills;
        this.workers = workers;
        this.stalls = stalls;
        this.onClose = onClose;
        this.planner = Thread.ofPlatform().name("penstock-planner").daemon().start(planner);
    }

    @Override
    public @Nullable Batch take() throws InterruptedException {
        long calledAtNanos = System.nanoTime();
        Fill fill = fills.take();
        return fill == null ? null : delivered(fill, calledAtNanos);
    }

    /// The next batch where it is ready; null where it is not, or at the end of the run.
    @Nullable
    Batch poll() {
        Fill fill = fills.poll();
        if (fill == null) {
            if (!waiting) {
                waiting = true;
                waitingSinceNanos = System.nanoTime();
            }
            return null;
        }
        long calledAtNanos = waiting ? waitingSinceNanos : System.nanoTime();
        waiting = false;
        return delivered(fill, calledAtNanos);
    }

    /// Whether every batch of the run was delivered.
    boolean isEnded() {
        return fills.isEnded();
    }

    private Batch delivered(Fill fill, long calledAtNanos) {
        SlotLease slot = fill.slot();
        Batch batch = new Batch(
                fill.plan.epoch(),
                fill.plan.step(),
                fill.plan.rank(),
                fields,
                fill.plan.layout(),
                slot.segment(),
                fill.plan.balanceRatio(),
                fill.readyAtNanos,
                slot::release);
        stalls.delivered(fill, calledAtNanos, System.nanoTime());
        fills.recycle(fill);
        return batch;
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        fills.close();
        Threads.joinUninterruptibly(planner);
        workers.close();
        fills.releaseSlots();
        onClose.run();
    }
}
