package dev.penstock.daemon.server;

import dev.penstock.batch.Batch;
import java.util.ArrayList;
import java.util.List;

/// The batches of a stream that can still be announced, numbered without gaps, and those kept only for who holds them.
///
/// Guarded by the stream's lock.
final class StreamWindow {

    private final List<KeptBatch> batches = new ArrayList<>();
    private long first;
    private long bytes;
    private int held;

    /// Number of the oldest batch here; of the next one where there is none.
    long first() {
        return first;
    }

    /// Number of the batch that will be added next.
    long end() {
        return first + batches.size();
    }

    KeptBatch get(long number) {
        return batches.get(Math.toIntExact(number - first));
    }

    void add(Batch batch, long slotOffset) {
        KeptBatch kept = new KeptBatch(batch, end(), slotOffset);
        batches.add(kept);
        bytes += kept.bytes();
    }

    /// Bytes of the batches that can still be announced.
    long bytes() {
        return bytes;
    }

    /// Batches announced and not released, counted for each client.
    int held() {
        return held;
    }

    void hold(KeptBatch kept) {
        kept.holders++;
        held++;
    }

    /// Gives a slot back once nobody holds it and nobody can be given it.
    void release(KeptBatch kept) {
        kept.holders--;
        held--;
        if (kept.dropped && kept.holders == 0) {
            kept.batch.close();
        }
    }

    /// Makes the oldest batch one that is kept only for its holders; true when it has none, and its slot is free.
    boolean dropFirst() {
        KeptBatch kept = batches.removeFirst();
        first++;
        bytes -= kept.bytes();
        kept.dropped = true;
        if (kept.holders == 0) {
            kept.batch.close();
            return true;
        }
        return false;
    }
}
