package dev.penstock.bench.daemon.soak;

import dev.penstock.batch.Batch;
import java.lang.foreign.MemorySegment;
import java.util.zip.CRC32C;

/// A sum over what a batch holds: which samples, and their bytes. Confined to one thread.
final class StepDigest {

    private static final long BYTES_OF_ID = 8;

    private final CRC32C sum = new CRC32C();

    /// Ids, offsets and values of all fields, as they lie in the slot.
    int of(Batch batch) {
        sum.reset();
        add(batch.slot().asSlice(0, BYTES_OF_ID * batch.sampleCount()));
        for (int field = 0; field < batch.fields().size(); field++) {
            add(batch.offsets(field));
            add(batch.values(field));
        }
        return (int) sum.getValue();
    }

    private void add(MemorySegment bytes) {
        sum.update(bytes.asByteBuffer());
    }
}
