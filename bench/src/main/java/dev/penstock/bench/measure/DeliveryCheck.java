package dev.penstock.bench.measure;

import dev.penstock.batch.Batch;
import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import dev.penstock.index.DatasetIndex;
import dev.penstock.index.ShardIndex;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.zip.CRC32C;

/// The gate before any timing: over one epoch, every sample comes once and its bytes in the slot have the checksum of
/// the index.
///
/// Checksums are computed here, from the slot, and not believed. Confined to one thread.
public final class DeliveryCheck {

    private final DatasetIndex index;
    private final BitSet seen;
    private final CRC32C crc32c = new CRC32C();

    public DeliveryCheck(DatasetIndex index) {
        this.index = index;
        this.seen = new BitSet(Math.toIntExact(index.sampleCount()));
    }

    public void check(Batch batch) {
        for (int sample = 0; sample < batch.sampleCount(); sample++) {
            long id = batch.sampleId(sample);
            require(!seen.get((int) id), batch, id, "delivered once", "delivered again");
            seen.set((int) id);
            checkBytes(batch, sample, id);
        }
    }

    private void checkBytes(Batch batch, int sample, long id) {
        int shardNumber = index.shardOf(id);
        ShardIndex shard = index.shard(shardNumber);
        int local = (int) (id - index.firstSample(shardNumber));
        for (int field = 0; field < batch.fields().size(); field++) {
            int width = batch.fields().get(field).type().widthBytes();
            long start = (long) width * batch.offset(field, sample);
            long end = (long) width * batch.offset(field, sample + 1);
            ByteBuffer bytes = batch.values(field).asSlice(start, end - start).asByteBuffer();
            crc32c.reset();
            crc32c.update(bytes);
            int found = (int) crc32c.getValue();
            int expected = shard.crc32c(local, field);
            require(found == expected, batch, id, Integer.toHexString(expected), Integer.toHexString(found));
        }
    }

    /// The epoch is over: nothing may be missing.
    public void requireComplete() {
        if (seen.cardinality() != index.sampleCount()) {
            throw new CorruptDataException(FailureMessage.of("checking an epoch before timing")
                    .with("expectedSamples", index.sampleCount())
                    .with("foundSamples", seen.cardinality()));
        }
    }

    private static void require(boolean holds, Batch batch, long id, String expected, String found) {
        if (!holds) {
            throw new CorruptDataException(FailureMessage.of("checking a delivery before timing")
                    .with("sample", id)
                    .with("step", batch.step())
                    .with("rank", batch.rank())
                    .with("expected", expected)
                    .with("found", found));
        }
    }
}
