package dev.penstock.daemon.server;

import dev.penstock.batch.Batch;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/// What one batch held, summed from its slot.
record BatchDigest(long step, int rank, List<Long> ids, long crc32c) {

    static BatchDigest of(Batch batch) {
        CRC32C sum = new CRC32C();
        for (int field = 0; field < batch.fields().size(); field++) {
            sum.update(batch.values(field).toArray(ValueLayout.JAVA_BYTE));
            sum.update(batch.offsets(field).toArray(ValueLayout.JAVA_BYTE));
        }
        List<Long> ids = new ArrayList<>();
        for (int sample = 0; sample < batch.sampleCount(); sample++) {
            ids.add(batch.sampleId(sample));
        }
        return new BatchDigest(batch.step(), batch.rank(), ids, sum.getValue());
    }

    static BatchDigest closing(Batch batch) {
        try (batch) {
            return of(batch);
        }
    }
}
