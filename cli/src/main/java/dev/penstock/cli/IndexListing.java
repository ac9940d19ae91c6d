package dev.penstock.cli;

import dev.penstock.index.DatasetIndex;
import dev.penstock.index.ShardIndex;
import java.io.PrintWriter;

/// A dataset's index as tab-separated lines, one per field of each sample.
///
/// ```
/// id  shard         key         offset  length  field  crc32c
/// 0   shard-00.tar  a/B.java    512     1024    java   2868870943
/// ```
///
/// Offset and length are in bytes of the shard.
record IndexListing(DatasetIndex index) {

    void print(PrintWriter out) {
        for (int s = 0; s < index.shardCount(); s++) {
            ShardIndex shard = index.shard(s);
            for (int sample = 0; sample < shard.sampleCount(); sample++) {
                for (int field = 0; field < index.fields().size(); field++) {
                    if (shard.has(sample, field)) {
                        print(out, index.firstSample(s) + sample, shard, sample, field);
                    }
                }
            }
        }
        out.flush();
    }

    private void print(PrintWriter out, long id, ShardIndex shard, int sample, int field) {
        out.print(id);
        out.print('\t');
        out.print(shard.object().key());
        out.print('\t');
        out.print(shard.key(sample));
        out.print('\t');
        out.print(shard.offset(sample, field));
        out.print('\t');
        out.print(shard.storedBytes(sample, field));
        out.print('\t');
        out.print(index.fields().get(field).name());
        out.print('\t');
        out.println(Integer.toUnsignedLong(shard.crc32c(sample, field)));
    }
}
