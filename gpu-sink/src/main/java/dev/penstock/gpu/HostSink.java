package dev.penstock.gpu;

import dev.penstock.batch.Batch;
import dev.penstock.sink.BatchSink;
import java.util.HashSet;
import java.util.Set;

/// The sink of a consumer that computes in host memory: the slot is the tensor, and nothing is copied.
///
/// The slot goes back when the staged batch is closed, so the loader's slots bound how many may be open.
public final class HostSink implements BatchSink {

    private final Set<HostBatch> open = new HashSet<>();
    private boolean closed;

    @Override
    public synchronized HostBatch accept(Batch batch) {
        if (closed) {
            batch.close();
            throw new IllegalStateException("host sink is closed");
        }
        CopyEvent event = CopyEvent.begun(batch);
        HostBatch staged = new HostBatch(this, batch);
        open.add(staged);
        if (event != null) {
            event.ended(0);
        }
        return staged;
    }

    @Override
    public int capacity() {
        return Integer.MAX_VALUE;
    }

    @Override
    public synchronized void close() {
        closed = true;
        open.forEach(staged -> staged.batch().close());
        open.clear();
    }

    synchronized void release(HostBatch staged) {
        if (open.remove(staged)) {
            staged.batch().close();
        }
    }
}
