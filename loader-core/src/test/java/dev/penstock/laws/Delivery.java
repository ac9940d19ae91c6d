package dev.penstock.laws;

import dev.penstock.batch.Batch;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/// What one batch delivered, copied out of its slot and summed independently of the loader.
///
/// @param crc32c over the sample's bytes in the slot, fields in order, computed here
record Delivery(long epoch, long step, int rank, List<Long> ids, List<Long> crc32c, List<Integer> microBatchStarts) {

    static Delivery of(Batch batch) {
        List<Long> ids = new ArrayList<>();
        List<Long> sums = new ArrayList<>();
        for (int sample = 0; sample < batch.sampleCount(); sample++) {
            ids.add(batch.sampleId(sample));
            CRC32C sum = new CRC32C();
            for (int field = 0; field < batch.fields().size(); field++) {
                sum.update(bytes(batch, sample, field));
            }
            sums.add(sum.getValue());
        }
        List<Integer> starts = new ArrayList<>();
        for (int m = 0; m <= batch.microBatchCount(); m++) {
            starts.add(batch.microBatchStart(m));
        }
        return new Delivery(batch.epoch(), batch.step(), batch.rank(), ids, sums, starts);
    }

    /// A sample's field, found through the offsets and lengths as a consumer finds it.
    static byte[] bytes(Batch batch, int sample, int field) {
        long width = batch.fields().get(field).type().widthBytes();
        long from = batch.offset(field, sample) * width;
        long bytes = batch.length(field, sample) * width;
        return batch.values(field).asSlice(from, bytes).toArray(ValueLayout.JAVA_BYTE);
    }
}
