package dev.penstock.daemon.server;

import dev.penstock.batch.Batch;
import dev.penstock.daemon.protocol.Position;
import dev.penstock.memory.SlotArena;

/// A batch that a stream keeps for its clients. Guarded by the stream's lock.
final class KeptBatch {

    final Batch batch;

    /// Its place in the stream, from 0.
    final long number;

    final long slotOffset;

    /// Clients it was announced to that did not release it.
    int holders;

    /// Whether it can no longer be announced, and is kept only for its holders.
    boolean dropped;

    KeptBatch(Batch batch, long number, long slotOffset) {
        this.batch = batch;
        this.number = number;
        this.slotOffset = slotOffset;
    }

    /// What the slot takes of the memory, in whole granules.
    long bytes() {
        return Math.ceilDiv(batch.layout().totalBytes(), SlotArena.GRANULE_BYTES) * SlotArena.GRANULE_BYTES;
    }

    Position position() {
        return new Position(batch.step(), batch.rank());
    }
}
